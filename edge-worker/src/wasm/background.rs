//! Work that continues after a response.

use wasm_bindgen::{JsCast, JsValue};
use worker::{Context, worker_sys};

/// Runs `work` in the time that the runtime grants a request after the response.
pub(super) fn after_response(context: &worker_sys::Context, work: impl Future<Output = ()> + 'static) {
    let context: &JsValue = context.as_ref();
    Context::new(context.clone().unchecked_into()).wait_until(work);
}

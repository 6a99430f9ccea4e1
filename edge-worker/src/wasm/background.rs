//! Work that goes on after an answer.

use wasm_bindgen::{JsCast, JsValue};
use worker::{Context, worker_sys};

/// Does `work` in time that the runtime grants a request beyond its answer.
pub(super) fn beyond_the_answer(context: &worker_sys::Context, work: impl Future<Output = ()> + 'static) {
    let context: &JsValue = context.as_ref();
    Context::new(context.clone().unchecked_into()).wait_until(work);
}

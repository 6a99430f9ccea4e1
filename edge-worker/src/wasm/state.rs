//! The global state of an isolate.

use std::cell::RefCell;

use edgewise_api::ApiError;
use worker::{Env, console_error, js_sys::Reflect};

use crate::{isolate::Isolate, settings::Settings};

thread_local! {
    static ISOLATE: RefCell<Option<Isolate>> = const { RefCell::new(None) };
}

/// Calls `then` with the state, if the settings are valid.
pub(super) fn with_isolate<R>(then: impl FnOnce(&mut Isolate) -> R) -> Option<R> {
    ISOLATE.with_borrow_mut(|isolate| isolate.as_mut().map(then))
}

/// Reads the settings, unless this isolate has read the settings already.
pub(super) fn configure(env: &Env) -> Result<(), ApiError> {
    ISOLATE.with_borrow_mut(|isolate| {
        if isolate.is_none() {
            let settings = Settings::read(|name| Reflect::get(env, &name.into()).ok()?.as_string());
            *isolate = Some(Isolate::new(settings.map_err(|problem| {
                console_error!("the worker is not configured: {problem}");
                ApiError::internal("the worker is not configured: see its log")
            })?));
        }
        Ok(())
    })
}

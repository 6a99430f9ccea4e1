//! The path below which browsers reach the dashboard.

use std::borrow::Cow;

use leptos::prelude::*;

/// The base as a context of requests: the path that a proxy removes before it forwards a request, such as `/flags`. Empty
/// if browsers reach the dashboard at the root.
#[cfg(not(target_family = "wasm"))]
#[derive(Clone, Debug)]
pub(crate) struct Base(pub(crate) String);

/// Returns the base of the current request, without a slash at its end.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn base() -> Cow<'static, str> {
    use_context::<Base>().map(|base| base.0).unwrap_or_default().into()
}

/// Returns the base that the document names, without a slash at its end.
#[cfg(target_family = "wasm")]
pub(crate) fn base() -> Cow<'static, str> {
    static BASE: std::sync::OnceLock<String> = std::sync::OnceLock::new();

    let read = || document().document_element().and_then(|root| root.get_attribute("data-base"));
    BASE.get_or_init(|| read().unwrap_or_default()).as_str().into()
}

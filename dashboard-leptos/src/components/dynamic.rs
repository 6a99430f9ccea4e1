//! Parts of views that change. All parts of a kind have the same type, so that browsers load the code of the type once. (Each
//! closure in a view has a type of its own, with kilobytes of code.)

use std::sync::Arc;

use leptos::{
    ev::{Event, MouseEvent},
    prelude::*,
};

/// Renders content, and renders it again when signals that it reads change.
pub(crate) fn dynamic(content: impl Fn() -> Option<AnyView> + Send + Sync + 'static) -> AnyView {
    shared(Arc::new(content))
}

/// Renders content while a condition is true.
pub(crate) fn when(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    content: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let condition = flag(condition);
    shared(Arc::new(move || condition.get().then(&content)))
}

fn shared(content: Arc<dyn Fn() -> Option<AnyView> + Send + Sync>) -> AnyView {
    (move || content()).into_any()
}

/// Returns a condition that is computed when signals that it reads change, and that notifies only if its value changes.
pub(crate) fn flag(condition: impl Fn() -> bool + Send + Sync + 'static) -> Memo<bool> {
    shared_flag(Box::new(condition))
}

fn shared_flag(condition: Box<dyn Fn() -> bool + Send + Sync>) -> Memo<bool> {
    Memo::new(move |_| condition())
}

/// Runs work in the browser after rendering, and again when signals that it reads change.
pub(crate) fn effect(work: impl FnMut() + 'static) {
    shared_effect(Box::new(work));
}

fn shared_effect(work: Box<dyn FnMut()>) {
    Effect::new(work);
}

/// Returns a handler of clicks.
pub(crate) fn handle_click(
    work: impl FnMut(MouseEvent) + Send + 'static,
) -> Box<dyn FnMut(MouseEvent) + Send> {
    Box::new(work)
}

/// Returns a handler of input.
pub(crate) fn handle_input(work: impl FnMut(Event) + Send + 'static) -> Box<dyn FnMut(Event) + Send> {
    Box::new(work)
}

//! The parts of the module. Browsers load the code of a function that `wasm_split` marks when it is called for the first time, with the
//! files of its part. Code that several parts need is in files that they share, or in the main part.
//!
//! The build cuts the module (`xtask/src/build/parts.rs`), and `browser/parts.js` loads the files.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use leptos::{prelude::*, wasm_split::SplitLoaderError};
#[cfg(target_family = "wasm")]
use leptos::{reactive::computed::ScopedFuture, task::spawn_local};

#[cfg(target_family = "wasm")]
use crate::components::{Toasts, Tone, dynamic};

/// What code that may have to be loaded returns: an error if it cannot be loaded.
pub(crate) type Arriving<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// Returns what code that has been loaded returns. Without the code, the browser loads the page with all that it needs, and the
/// function never returns.
pub(crate) async fn arrived<T>(mut code: Arriving<T>) -> T {
    let arrived = match at_once(code.as_mut()) {
        Some(arrived) => arrived,
        None => code.await,
    };
    match arrived {
        Ok(output) => output,
        Err(_) => {
            #[cfg(target_family = "wasm")]
            load_page();
            std::future::pending().await
        }
    }
}

/// Leaves the document for the page at the current URL of the router.
#[cfg(target_family = "wasm")]
fn load_page() {
    let location = leptos_router::hooks::use_location();
    let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
    let separator = if search.is_empty() { "" } else { "?" };
    drop(window().location().assign(&format!("{path}{separator}{search}")));
}

/// Returns whether the browser displays what the module rendered, rather than what the server rendered.
pub(crate) fn is_displayed() -> bool {
    #[cfg(target_family = "wasm")]
    let is_displayed = document().document_element().is_some_and(|root| root.has_attribute("data-alive"));
    #[cfg(not(target_family = "wasm"))]
    let is_displayed = false;
    is_displayed
}

/// Displays content whose code may have to be loaded. Until then, the page shows what the server rendered in this place
/// (`browser/standin.js`). `name` is unique on the page.
pub(crate) fn later(
    name: &'static str,
    content: impl Future<Output = Result<AnyView, SplitLoaderError>> + 'static,
) -> AnyView {
    let content = content_of(name, Box::pin(content));
    view! { <div class="later" data-later=name>{content}</div> }.into_any()
}

/// The server has all code.
#[cfg(not(target_family = "wasm"))]
fn content_of(_: &'static str, mut content: Arriving<AnyView>) -> Option<AnyView> {
    at_once(content.as_mut()).and_then(Result::ok)
}

#[cfg(target_family = "wasm")]
fn content_of(name: &'static str, mut content: Arriving<AnyView>) -> AnyView {
    if let Some(Ok(view)) = at_once(content.as_mut()) {
        return view;
    }
    let has_arrived = RwSignal::new(false);
    let arrived = StoredValue::new_local(None);
    let toasts = Toasts::from_context();
    spawn_local(ScopedFuture::new(async move {
        match content.await {
            // The page may have been left meanwhile.
            Ok(view) => {
                arrived.try_set_value(Some(view));
                has_arrived.try_set(true);
            }
            Err(_) => toasts
                .show_once(Tone::Bad, "A part of this page could not be loaded. Reload the page to edit"),
        }
    }));
    dynamic(move || {
        if has_arrived.get() {
            return arrived.try_update_value(Option::take).flatten();
        }
        Some(view! { <div class="later" data-stand-in=name></div> }.into_any())
    })
}

/// Returns the output of a future that has nothing to wait for.
fn at_once<T>(mut future: Pin<&mut dyn Future<Output = T>>) -> Option<T> {
    let woken = Arc::new(Woken(AtomicBool::new(false)));
    let waker = Waker::from(woken.clone());
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return Some(output),
            // A part that is there says so while it is asked.
            Poll::Pending if woken.0.swap(false, Ordering::Relaxed) => {}
            Poll::Pending => return None,
        }
    }
}

/// Whether a future wants to be polled again.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

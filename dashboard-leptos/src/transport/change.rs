//! What people change.

use std::marker::PhantomData;

use leptos::{prelude::*, server_fn::ServerFn};
use serde::de::DeserializeOwned;

use super::response;
use crate::problem::Problem;

/// A call that changes something, as often as people make it: by a form, with scripts or without.
pub(crate) struct Change<F> {
    sent: Sent,
    what: PhantomData<fn() -> F>,
}

impl<F> Clone for Change<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Change<F> {}

/// What has become of it, whatever it is.
#[derive(Clone, Copy)]
pub(crate) struct Sent {
    /// Where it is sent.
    pub(crate) path: &'static str,
    answer: RwSignal<Option<String>>,
    pending: RwSignal<bool>,
    count: RwSignal<u32>,
}

impl<F> Change<F>
where
    F: ServerFn<Error = Problem>,
    F::Output: DeserializeOwned,
{
    /// Not made yet; or, of a form that was sent without scripts, what was wrong with it.
    pub(crate) fn new() -> Self {
        let failed = SharedValue::new_str(|| failed(F::PATH)).into_inner();
        let sent = Sent {
            path: F::PATH,
            answer: RwSignal::new(Some(failed).filter(|failed| !failed.is_empty())),
            pending: RwSignal::new(false),
            count: RwSignal::new(0),
        };
        Self { sent, what: PhantomData }
    }

    /// What it answered last.
    pub(crate) fn answer(self) -> Option<Result<F::Output, Problem>> {
        self.sent.answer.with(|answer| answer.as_deref().map(response::read))
    }

    /// What was wrong the last time.
    pub(crate) fn problem(self) -> Option<Problem> {
        self.answer()?.err()
    }

    /// Forgets the last answer.
    pub(crate) fn clear(self) {
        self.sent.answer.set(None);
    }

    /// Whether it is under way.
    pub(crate) fn pending(self) -> Signal<bool> {
        self.sent.pending.into()
    }

    /// How often it has been answered.
    pub(crate) fn count(self) -> u32 {
        self.sent.count.get()
    }

    /// For a form.
    pub(crate) fn sent(self) -> Sent {
        self.sent
    }
}

impl Sent {
    /// Makes it, with a form's fields as they are sent.
    #[cfg(target_family = "wasm")]
    pub(crate) fn send(self, fields: String) {
        self.pending.set(true);
        leptos::task::spawn_local(async move {
            let answer = super::send::send(self.path.to_owned(), Some(fields)).await;
            // Meanwhile somebody may have left.
            if self.pending.try_set(false).is_none() {
                self.answer.set(Some(answer));
                self.count.update(|count| *count += 1);
            }
        });
    }
}

/// The answer to a form that was sent there without scripts, if something was wrong with it: it leads back to the page then.
#[cfg(not(target_family = "wasm"))]
fn failed(path: &str) -> String {
    use leptos::{server::ServerActionError, server_fn::error::ServerFnUrlError};

    match use_context::<ServerActionError>() {
        Some(error) if error.path() == path => {
            response::of::<()>(&Err(ServerFnUrlError::<Problem>::decode_err(error.err())))
        }
        _ => String::new(),
    }
}

/// The server has said it, if there was one.
#[cfg(target_family = "wasm")]
fn failed(_: &str) -> String {
    String::new()
}

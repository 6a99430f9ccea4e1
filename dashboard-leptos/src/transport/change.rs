//! Calls that change something.

use std::marker::PhantomData;

use leptos::{prelude::*, server_fn::ServerFn};
use serde::de::DeserializeOwned;

use super::{contained, response};
use crate::problem::Problem;

/// A call that changes something, by a form with or without scripts. The form can be submitted repeatedly.
pub(crate) struct Change<F> {
    submission: Submission,
    call: PhantomData<fn() -> F>,
}

impl<F> Clone for Change<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Change<F> {}

/// The state of a change, independent of the call.
#[derive(Clone, Copy)]
pub(crate) struct Submission {
    /// The URL path of the call.
    pub(crate) path: &'static str,
    response: RwSignal<Option<String>>,
    pending: RwSignal<bool>,
    count: RwSignal<u32>,
}

impl<F> Change<F>
where
    F: ServerFn<Error = Problem>,
    F::Output: DeserializeOwned,
{
    /// Creates a change without a response. After a form was submitted without scripts and rejected, the response holds
    /// its problem.
    pub(crate) fn new() -> Self {
        let failed = failed(F::PATH);
        let submission = Submission {
            path: F::PATH,
            response: RwSignal::new(Some(failed).filter(|failed| !failed.is_empty())),
            pending: RwSignal::new(false),
            count: RwSignal::new(0),
        };
        Self { submission, call: PhantomData }
    }

    /// Returns the last response.
    pub(crate) fn response(self) -> Option<Result<F::Output, Problem>> {
        self.submission.response.with(|response| response.as_deref().map(response::read))
    }

    /// Returns the problem of the last response.
    pub(crate) fn problem(self) -> Option<Problem> {
        self.response()?.err()
    }

    /// Clears the last response.
    pub(crate) fn clear(self) {
        self.submission.response.set(None);
    }

    /// Returns whether a request is pending.
    pub(crate) fn pending(self) -> Signal<bool> {
        self.submission.pending.into()
    }

    /// Returns the number of responses.
    pub(crate) fn count(self) -> u32 {
        self.submission.count.get()
    }

    /// Returns the state that a form needs.
    pub(crate) fn submission(self) -> Submission {
        self.submission
    }
}

impl Submission {
    /// Sends the call with URL-encoded form fields.
    #[cfg(target_family = "wasm")]
    pub(crate) fn send(self, fields: String) {
        self.pending.set(true);
        leptos::task::spawn_local(async move {
            let response = super::send::send(self.path.to_owned(), Some(fields)).await;
            // The page may have been left meanwhile.
            if self.pending.try_set(false).is_none() {
                self.response.set(Some(response));
                self.count.update(|count| *count += 1);
            }
        });
    }
}

/// Returns the problem of a form that was submitted to this path without scripts, after the redirect to its page.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn problem_of_form(path: &str) -> Option<Problem> {
    use leptos::{server::ServerActionError, server_fn::error::ServerFnUrlError};

    let error = use_context::<ServerActionError>().filter(|error| error.path() == path)?;
    Some(ServerFnUrlError::<Problem>::decode_err(error.err()))
}

/// Returns the response with the problem of a form; empty if there is none. The page contains the response, too.
#[cfg(not(target_family = "wasm"))]
fn failed(path: &str) -> String {
    let Some(problem) = problem_of_form(path) else { return String::new() };
    let response = response::of::<()>(&Err(problem));
    SharedValue::new_str(|| contained::with_key(path, &response));
    response
}

#[cfg(target_family = "wasm")]
fn failed(path: &str) -> String {
    contained::take(path).unwrap_or_default()
}

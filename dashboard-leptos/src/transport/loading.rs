//! Calls that load content.

use std::marker::PhantomData;

use leptos::{prelude::*, server_fn::ServerFn};
use serde::{Serialize, de::DeserializeOwned};

use super::{contained, response};
use crate::problem::Problem;

/// The response to a call. The response is available at once if the page contained the response.
pub(crate) struct Loading<T> {
    responses: Responses,
    call: PhantomData<fn() -> T>,
}

/// Responses as text, to be read by [`read`](response::read). The server waits for a response before it sends the page.
#[cfg(not(target_family = "wasm"))]
pub(crate) type Responses = Resource<String>;

/// Responses as text, to be read by [`read`](response::read). (A resource does the same in 20 kB.)
#[cfg(target_family = "wasm")]
#[derive(Clone, Copy)]
pub(crate) struct Responses {
    latest: RwSignal<Option<String>>,
    /// Counts the times at which the call was sent again with the same arguments.
    again: RwSignal<u32>,
}

impl<T> Clone for Loading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loading<T> {}

impl<T: Serialize + DeserializeOwned + 'static> Loading<T> {
    /// Sends the call, and sends it again when its arguments change.
    pub(crate) fn new<F>(call: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: ServerFn<Output = T, Error = Problem> + Serialize + 'static,
    {
        Self::with_updates(call, || 0)
    }

    /// Sends the call, and sends it again when its arguments or `updates` change.
    pub(crate) fn with_updates<F>(
        call: impl Fn() -> F + Send + Sync + 'static,
        updates: impl Fn() -> u32 + Send + Sync + 'static,
    ) -> Self
    where
        F: ServerFn<Output = T, Error = Problem> + Serialize + 'static,
    {
        #[cfg(target_family = "wasm")]
        let responses = {
            let request = move || (updates(), query_of(&call()));
            load(F::PATH, Box::new(request))
        };
        #[cfg(not(target_family = "wasm"))]
        let responses = Resource::new(
            move || {
                updates();
            },
            move |()| {
                let call = call();
                let key = contained::key(F::PATH, &query_of(&call));
                let request = call.run_body();
                async move { contained::with_key(&key, &response::of(&request.await)) }
            },
        );
        Self { responses, call: PhantomData }
    }

    /// Sends the call again.
    pub(crate) fn reload(self) {
        self.responses.refetch();
    }

    /// Returns the response, once it has arrived.
    pub(crate) fn get(self) -> Option<Result<T, Problem>> {
        self.responses.get().map(|response| response::read(&response))
    }

    /// Returns the responses as text.
    pub(crate) fn responses(self) -> Responses {
        self.responses
    }
}

fn query_of(call: &impl Serialize) -> String {
    serde_qs::to_string(call).unwrap_or_default()
}

#[cfg(target_family = "wasm")]
fn load(path: &'static str, request: Box<dyn Fn() -> (u32, String) + Send + Sync>) -> Responses {
    let request = Memo::new(move |_| request());
    let url = move || contained::key(path, &request.read().1);
    let responses =
        Responses { latest: RwSignal::new(untrack(|| contained::take(&url()))), again: RwSignal::new(0) };
    let sent = StoredValue::new(0_u32);
    Effect::new(move |before: Option<()>| {
        responses.again.track();
        let url = url();
        if before.is_none() && responses.latest.with_untracked(Option::is_some) {
            return;
        }
        let number = sent.try_update_value(|sent| {
            *sent += 1;
            *sent
        });
        leptos::task::spawn_local(async move {
            let response = super::send::send(url, None).await;
            // The page may have been left meanwhile, or may have asked for something else.
            if sent.try_get_value() == number {
                responses.latest.set(Some(response));
            }
        });
    });
    responses
}

#[cfg(target_family = "wasm")]
impl Responses {
    /// Sends the call again.
    pub(crate) fn refetch(self) {
        self.again.update(|again| *again += 1);
    }

    /// Returns the last response.
    pub(crate) fn get(self) -> Option<String> {
        self.latest.get()
    }

    /// Returns the last response, without being told of further ones.
    pub(crate) fn get_untracked(self) -> Option<String> {
        self.latest.get_untracked()
    }
}

//! Calls that load content.

use std::marker::PhantomData;

use leptos::{prelude::*, server_fn::ServerFn};
use serde::{Serialize, de::DeserializeOwned};

use super::{contained, response};
use crate::problem::Problem;

/// The response to a call. The response is available at once if the page contained the response.
pub(crate) struct Loading<T> {
    response: Resource<String>,
    call: PhantomData<fn() -> T>,
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
        let response = {
            let request = move || (updates(), query_of(&call()));
            load(F::PATH, Box::new(request))
        };
        #[cfg(not(target_family = "wasm"))]
        let response = Resource::new(
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
        Self { response, call: PhantomData }
    }

    /// Sends the call again.
    pub(crate) fn reload(self) {
        self.response.refetch();
    }

    /// Returns the response, once it has arrived.
    pub(crate) fn get(self) -> Option<Result<T, Problem>> {
        self.response.get().map(|response| response::read(&response))
    }

    /// Returns the responses as text, to be read by [`read`](response::read).
    pub(crate) fn responses(self) -> Resource<String> {
        self.response
    }
}

fn query_of(call: &impl Serialize) -> String {
    serde_qs::to_string(call).unwrap_or_default()
}

#[cfg(target_family = "wasm")]
fn load(path: &'static str, request: Box<dyn Fn() -> (u32, String) + Send + Sync>) -> Resource<String> {
    Resource::new(request, move |(_, query)| {
        let url = contained::key(path, &query);
        match contained::take(&url) {
            Some(response) => Box::pin(std::future::ready(response)),
            None => super::send::send(url, None),
        }
    })
}

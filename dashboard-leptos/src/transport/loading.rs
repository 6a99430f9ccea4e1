//! What pages load.

use std::marker::PhantomData;

use leptos::{prelude::*, server_fn::ServerFn};
use serde::{Serialize, de::DeserializeOwned};

use super::response;
use crate::problem::Problem;

/// What a call answers: there already if it came with the page.
pub(crate) struct Loading<T> {
    answer: Resource<String>,
    what: PhantomData<fn() -> T>,
}

impl<T> Clone for Loading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loading<T> {}

impl<T: Serialize + DeserializeOwned + 'static> Loading<T> {
    /// Makes the call, and again whenever it is another one.
    pub(crate) fn new<F>(call: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: ServerFn<Output = T, Error = Problem> + Serialize + 'static,
    {
        Self::with_news(call, || 0)
    }

    /// Makes the call, and again whenever it is another one, or what `news` counts has changed.
    pub(crate) fn with_news<F>(
        call: impl Fn() -> F + Send + Sync + 'static,
        news: impl Fn() -> u32 + Send + Sync + 'static,
    ) -> Self
    where
        F: ServerFn<Output = T, Error = Problem> + Serialize + 'static,
    {
        #[cfg(target_family = "wasm")]
        let answer = {
            let asked = move || (news(), serde_qs::to_string(&call()).unwrap_or_default());
            load(F::PATH, Box::new(asked))
        };
        #[cfg(not(target_family = "wasm"))]
        let answer = Resource::new(
            move || {
                news();
            },
            move |()| {
                let asked = call().run_body();
                async move { response::of(&asked.await) }
            },
        );
        Self { answer, what: PhantomData }
    }

    /// Makes the call again.
    pub(crate) fn reload(self) {
        self.answer.refetch();
    }

    /// What it has answered, once it has.
    pub(crate) fn get(self) -> Option<Result<T, Problem>> {
        self.answer.get().map(|answer| response::read(&answer))
    }

    /// Its answers, to be read by [`read`](response::read).
    pub(crate) fn answers(self) -> Resource<String> {
        self.answer
    }
}

#[cfg(target_family = "wasm")]
fn load(path: &'static str, asked: Box<dyn Fn() -> (u32, String) + Send + Sync>) -> Resource<String> {
    Resource::new(asked, move |(_, query)| super::send::send(format!("{path}?{query}"), None))
}

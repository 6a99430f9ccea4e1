//! Requests of the REST API as fields of calls.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

/// The body of a request of the REST API, as a text field of a call. A call gets the body as it was sent, and reads it by the REST
/// API's own reader.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Body<T> {
    json: String,
    #[serde(skip)]
    request: PhantomData<fn() -> T>,
}

impl<T: Serialize> Body<T> {
    /// Writes a request.
    pub(crate) fn of(request: &T) -> Self {
        Self::of_form(request)
    }
}

impl<T> Body<T> {
    /// Writes a request that has one of the forms of `T`.
    pub(crate) fn of_form(request: &impl Serialize) -> Self {
        Self { json: serde_json::to_string(request).unwrap_or_default(), request: PhantomData }
    }

    /// Stands for no request.
    pub(crate) const fn none() -> Self {
        Self { json: String::new(), request: PhantomData }
    }

    /// Returns whether there is no request.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) const fn is_none(&self) -> bool {
        self.json.is_empty()
    }

    /// Returns the JSON.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) const fn json(&self) -> &[u8] {
        self.json.as_bytes()
    }
}

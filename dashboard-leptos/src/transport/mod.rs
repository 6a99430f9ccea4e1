//! How calls get from a browser to the server and back.
//!
//! Calls that read are `GET` requests. Calls that change something are `POST` requests, which are rejected if a page of
//! another site sends them.

mod body;
mod change;
mod contained;
mod loading;
mod protocol;
#[cfg(any(target_family = "wasm", test))]
mod refusal;
mod response;
#[cfg(target_family = "wasm")]
mod send;

pub(crate) use body::Body;
#[cfg(not(target_family = "wasm"))]
pub(crate) use change::problem_of_form;
pub(crate) use change::{Change, Submission};
pub(crate) use loading::{Loading, Responses};
pub(crate) use protocol::{Read, Write};
#[cfg(not(target_family = "wasm"))]
pub(crate) use response::ERROR_HEADER;
pub(crate) use response::{is_missing, read};

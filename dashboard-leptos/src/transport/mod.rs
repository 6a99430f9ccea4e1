//! How calls get from a browser to the server and back, whatever they are about.
//!
//! Calls that read are `GET`s; those that change something are `POST`s, and refused when a page of another site makes them.

mod change;
mod loading;
mod protocol;
mod response;
#[cfg(target_family = "wasm")]
mod send;

pub(crate) use change::{Change, Sent};
pub(crate) use loading::Loading;
pub(crate) use protocol::{Read, Write};
pub(crate) use response::{is_none, read};

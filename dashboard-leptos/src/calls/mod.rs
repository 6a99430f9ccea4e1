//! Server functions that pages call. The functions run on the server: a page that is rendered on the server calls the
//! functions directly, a page in a browser calls the functions by HTTP.
//!
//! The REST API's parsers read all input, so problems name fields as the REST API does.

mod audiences;
#[cfg(not(target_family = "wasm"))]
mod control;
mod environments;
mod experiments;
mod overview;

pub(crate) use audiences::*;
pub(crate) use environments::*;
pub(crate) use experiments::*;
pub(crate) use overview::*;

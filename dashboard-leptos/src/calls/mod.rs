//! What pages ask the server and have it do. Each call runs on the server, wherever it is made: a page that is rendered
//! there calls it as a function, a page in a browser by HTTP.
//!
//! Input is read by what reads the same of the REST API, so that a problem's message names the field.

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

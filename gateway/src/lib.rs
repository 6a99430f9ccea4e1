//! Edgewise as one native program: each plane, all of them together, and the gateway before them.
//!
//! | module | holds |
//! |---|---|
//! | [`options`] | what can be set, by flags, variables and `edgewise.toml` |
//! | [`planes`] | which plane serves what: all routes |
//! | [`health`] | what `/health` and `/ready` say |
//! | [`import`] | taking over what another system keeps |
//! | [`openapi`] | the document that describes all routes, and a page to read it |
//! | [`logging`] | the log |
#![forbid(unsafe_code)]

pub mod health;
pub mod import;
pub mod logging;
pub mod openapi;
pub mod options;
pub mod planes;

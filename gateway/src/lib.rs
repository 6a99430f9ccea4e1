//! Edgewise as one native program: each plane, all of them together, and the gateway before them.
//!
//! | module | holds |
//! |---|---|
//! | [`options`] | what can be set, by flags, variables and `edgewise.toml` |
//! | [`answering`] | all that a server answers: routes, and decisions ahead of them |
//! | [`planes`] | which plane serves what: all routes |
//! | [`decide`] | the decision plane: the snapshot cache, its source, and its routes |
//! | [`limit`] | how often a client may ask |
//! | [`proxy`] | passing requests on to another plane |
//! | [`health`] | what `/health` and `/ready` say |
//! | [`import`] | taking over what another system keeps |
//! | [`openapi`] | the document that describes all routes, and a page to read it |
//! | [`server`] | the HTTP server |
//! | [`logging`] | the log |
#![forbid(unsafe_code)]

pub mod answering;
pub mod decide;
pub mod health;
pub mod import;
pub mod limit;
pub mod logging;
pub mod openapi;
pub mod options;
pub mod planes;
pub mod proxy;
pub mod server;

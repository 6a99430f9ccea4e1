//! The native program of Edgewise: each plane, all planes in one process, and the gateway in front of separate planes.
//!
//! | module | holds |
//! |---|---|
//! | [`options`] | the options: flags, variables and `edgewise.toml` |
//! | [`planes`] | the planes with their routes |
//! | [`health`] | the responses to `/health` and `/ready` |
//! | [`import`] | the command `edgewise import` |
//! | [`openapi`] | the OpenAPI document, and a page that renders the document |
//! | [`logging`] | the log |
#![forbid(unsafe_code)]

pub mod health;
pub mod import;
pub mod logging;
pub mod openapi;
pub mod options;
pub mod planes;

//! The edge worker: decides in workerd, the runtime of Cloudflare Workers.
//!
//! The worker reads compiled rulesets from an R2 bucket or an HTTP origin, keeps the rulesets in the isolate's memory, and
//! polls for newer rulesets after responding. A change is therefore live within the poll interval, without a build or a
//! deployment.
//!
//! The logic is plain Rust without I/O, tested natively. The module `wasm`, which is compiled only for the runtime,
//! performs the I/O.
//!
//! | module | holds |
//! |---|---|
//! | [`settings`] | the settings |
//! | [`route`] | routing by URL |
//! | [`isolate`] | the state between requests, and decisions |
//! | [`slot`] | the state of an environment: when to poll, and how long requests wait |
//! | [`exposures`] | the queue of exposures to send |
//! | [`places`] | how many objects are read whole at a time |
//! | [`health`] | the response of `/health` |
//! | [`cors`] | the sites whose pages may request decisions |

pub mod cors;
pub mod exposures;
pub mod health;
pub mod isolate;
pub mod places;
pub mod route;
pub mod settings;
pub mod slot;
#[cfg(target_arch = "wasm32")]
mod wasm;

//! The edge worker: decides in workerd, and so on Cloudflare.
//!
//! It reads compiled rulesets from an R2 bucket or an HTTP origin, keeps them in the isolate's memory, and looks for newer
//! ones after it has answered. So a change is live within the poll interval, without a build or a deploy.
//!
//! What it decides about itself is plain Rust without I/O, tested natively; the module `wasm`, which is compiled
//! for the runtime alone, carries it out.
//!
//! | module | holds |
//! |---|---|
//! | [`settings`] | what is configured |
//! | [`route`] | which request is for what |
//! | [`isolate`] | what is kept between requests, and deciding from it |
//! | [`slot`] | one environment: when to look for something newer, and what a request waits for |
//! | [`exposures`] | who was given what, to be sent on |
//! | [`health`] | what `/health` says |
//! | [`cors`] | which sites' pages may ask |

pub mod cors;
pub mod exposures;
pub mod health;
pub mod isolate;
pub mod route;
pub mod settings;
pub mod slot;
#[cfg(target_arch = "wasm32")]
mod wasm;

//! The dashboard: the web interface for experiments, audiences and environments.
//!
//! Compiled natively, the crate renders pages on the server and handles their calls ([`routes()`], and
//! [`routes_beside()`] where resources have the same paths). Compiled for WASM,
//! the crate renders the same pages in the browser, in place of those that the server rendered. The target alone decides. The
//! JavaScript around the WASM is in `browser`.
//!
//! | module | holds |
//! |---|---|
//! | `app` | the document and the frame around pages |
//! | `routes` | the table of pages: the path of a page, and the part of the module with its code |
//! | `parts` | the parts of the module, which browsers load when they need them |
//! | `pages` | the pages, with a folder for each resource |
//! | `components` | what pages share; components know no page |
//! | `calls` | the server functions that pages call, with a folder for each resource |
//! | `transport` | how calls get from a browser to the server and back |
//! | `model` | the data that editors work on, and the URLs of pages; plain Rust, tested natively |
//! | `base` | the path below which browsers reach the dashboard |
//! | `problem` | the error of a call |
//! | `rendered`, `html` | read-only content that the server alone renders and sends as HTML |
//! | `server` | natively: routes, their negotiation, assets, middleware, and what pages need of the server (`server::context`) |
//! | `browser` | in WASM: the entry point |
#![forbid(unsafe_code)]
#![recursion_limit = "256"]
#![allow(unreachable_pub, reason = "components' macros make public items of private ones")]

#[cfg(not(erase_components))]
compile_error!(
    "the dashboard needs `--cfg erase_components`: `.cargo/config.toml` gives it, unless RUSTFLAGS stands in its place; add it there"
);

mod app;
mod base;
mod calls;
mod components;
mod html;
mod model;
mod pages;
mod parts;
mod problem;
mod routes;
mod transport;

#[cfg(target_family = "wasm")]
mod browser;
#[cfg(not(target_family = "wasm"))]
mod rendered;
#[cfg(not(target_family = "wasm"))]
mod server;

#[cfg(not(target_family = "wasm"))]
pub use server::{accepts_html, page_paths, routes, routes_beside};

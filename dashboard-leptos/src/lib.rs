//! The dashboard: what people use to run experiments without curl.
//!
//! Compiled natively, the crate renders pages on the server and answers their calls ([`routes()`]); compiled for WASM, it
//! brings the same pages to life in the browser. Its target alone says which.
//!
//! | module | holds |
//! |---|---|
//! | `app` | the document, and the frame around pages |
//! | `routes` | the table of routes: which page stands at which path |
//! | `pages` | a module for each page: what it loads, and how it is laid out |
//! | `components` | what several pages are made of. They display, and know no page |
//! | `calls` | what pages ask the server and have it do: functions that run there, wherever they are called |
//! | `transport` | how calls get from a browser to the server and back, and what pages load and change by them |
//! | `model` | what editors work on, as plain Rust without a browser: splits, rules, keys, the URLs of pages |
//! | `problem` | what a call answers that cannot be carried out |
//! | `html`, `rendered` | what is only looked at: rendered by the server alone, sent as HTML |
//! | `server` | natively: routes, assets, what guards them, and what pages need of the server (`server::context`) |
//! | `browser` | in WASM: where it begins |
#![forbid(unsafe_code)]
#![recursion_limit = "256"]
#![allow(unreachable_pub, reason = "components' macros make public items of private ones")]

#[cfg(not(erase_components))]
compile_error!(
    "the dashboard needs `--cfg erase_components`: `.cargo/config.toml` gives it, unless RUSTFLAGS stands in its place; add it there"
);

mod app;
mod calls;
mod components;
mod html;
mod model;
mod pages;
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
pub use server::routes;

//! The decision core as JavaScript calls it: what the npm package `edgewise` is built on.
//!
//! Nothing crosses the boundary but numbers. JavaScript writes texts into linear memory, calls, and reads what came of
//! it there. All words of an error message are JavaScript's own, so that no formatting is compiled in.
//!
//! | module | holds |
//! |---|---|
//! | [`deciding`] | loaded rulesets, and deciding (feature `decide`) |
//! | [`attributes`] | a user's attributes as JavaScript writes them |
//! | [`compiling`] | from a snapshot to a ruleset (feature `compile`) |
//! | `exports` | what JavaScript can call: the only `unsafe` of this crate, compiled for WASM alone |
#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

#[cfg(feature = "decide")]
pub mod attributes;
#[cfg(feature = "compile")]
pub mod compiling;
#[cfg(feature = "decide")]
pub mod deciding;
#[cfg(target_family = "wasm")]
mod exports;

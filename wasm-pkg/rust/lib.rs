//! The WASM interface of the engine, which the npm package `edgewise` uses.
//!
//! Only numbers cross the boundary. JavaScript writes texts into linear memory, calls an export, and reads the result from
//! memory. JavaScript contains the texts of error messages, so that no formatting code is compiled in.
//!
//! | module | holds |
//! |---|---|
//! | [`deciding`] | loaded rulesets, and decisions (feature `decide`) |
//! | [`attributes`] | a user's attributes as JavaScript writes them |
//! | [`compiling`] | compiling a snapshot to a ruleset (feature `compile`) |
//! | `exports` | the functions that JavaScript calls: the only `unsafe` code of this crate, compiled for WASM only |
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

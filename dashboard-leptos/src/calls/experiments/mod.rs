//! The list of experiments, each of them, and making one.

mod create;
mod detail;
mod list;
#[cfg(not(target_family = "wasm"))]
mod plan;

pub(crate) use create::*;
pub(crate) use detail::*;
pub(crate) use list::*;

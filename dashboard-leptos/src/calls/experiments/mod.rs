//! Calls for the list of experiments, for single experiments and for new ones.

mod create;
mod detail;
mod list;
#[cfg(not(target_family = "wasm"))]
mod status;

pub(crate) use create::*;
pub(crate) use detail::*;
pub(crate) use list::*;
#[cfg(not(target_family = "wasm"))]
pub(crate) use status::*;

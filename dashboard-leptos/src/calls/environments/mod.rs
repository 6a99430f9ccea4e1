//! Calls for the list of environments, for single environments and for their histories.

#[cfg(not(target_family = "wasm"))]
mod comparing;
mod detail;
mod history;
mod list;

pub(crate) use detail::*;
pub(crate) use history::*;
pub(crate) use list::*;

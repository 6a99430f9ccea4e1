//! The names that each file uses of other files.
//!
//! | module | holds |
//! |---|---|
//! | `source` | the declarations, imports and paths of a module, as written |
//! | `collect` | reading a module from a syntax tree |
//! | `attributes` | reading attributes: test code, and files of modules |
//! | `tokens` | finding paths in macros, whose bodies have no syntax tree |
//! | `crates` | the root files of crates |
//! | `tree` | the module trees of all crates |
//! | `resolve` | finding the module that defines the item of a path |
//! | `mentions` | the result: the names that each file uses of other files |

mod attributes;
mod collect;
mod crates;
mod mentions;
mod resolve;
mod source;
mod tokens;
mod tree;

pub(super) use crates::Crate;
pub(super) use mentions::{Mention, Mentions};

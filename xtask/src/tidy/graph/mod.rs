//! Which file names what of which other file.
//!
//! | module | holds |
//! |---|---|
//! | `source` | what one module declares, imports and names, as it is written |
//! | `collect` | reading that from a syntax tree |
//! | `attributes` | what attributes say: whether code is for tests alone, which file a module is in |
//! | `tokens` | paths in the bodies of macros, which have no syntax tree |
//! | `crates` | where the crates begin |
//! | `tree` | the modules of all crates |
//! | `resolve` | from a path in a module to the module that defines the item |
//! | `mentions` | the result: each name that one file uses of another |

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

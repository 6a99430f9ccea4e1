//! The reference system: the platform that Edgewise replaces.
//!
//! | module | holds |
//! |---|---|
//! | `database` | its database: rows as JSON |
//! | `snapshot` | the same rows, from a snapshot that the reference published |
//! | `rows` | what can be imported of the rows, and why the rest cannot |

mod database;
mod rows;
mod snapshot;

pub use database::{ReferenceError, ReferenceRows};
pub use rows::read_rows;
pub use snapshot::{NotASnapshot, read_snapshot};

//! Reading the reference system, which is the platform that Edgewise replaces.
//!
//! | module | holds |
//! |---|---|
//! | `database` | the rows of the database of the reference system, as JSON |
//! | `snapshot` | the same rows, from a snapshot that the reference system published |
//! | `problem` | the reasons why rows cannot be imported |
//! | `rows` | converting the rows to importable data, with the reason for each row that is skipped |

mod database;
mod problem;
mod rows;
mod snapshot;

pub use database::{ReferenceError, ReferenceRows};
pub use rows::read_rows;
pub use snapshot::{NotASnapshot, read_snapshot};

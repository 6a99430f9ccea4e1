//! Reading JSON with JavaScript's semantics, and writing JSON strings and numbers.

mod members;
mod plain;
mod surrogates;
mod text;
mod value;
mod write;

pub(crate) use members::{Members, member, sort_members};
pub(crate) use plain::read_plain;
pub use text::JsonText;
pub use value::{Json, read, read_lossy};
pub use write::{push_number, push_string};

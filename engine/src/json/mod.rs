//! Reading JSON as JavaScript reads it.

mod members;
mod plain;
mod value;
mod write;

pub(crate) use members::{Members, arrange, member};
pub(crate) use plain::read_plain;
pub use value::{Json, read};
pub use write::{push_number, push_string};

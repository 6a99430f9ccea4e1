//! Reading a snapshot store: a directory, a bucket, or a URL.
//!
//! | module | holds |
//! |---|---|
//! | `read` | the locations of stores, and reading an object |
//! | `web` | reading a store over HTTP |
//! | `found` | an object that was read |

mod found;
mod read;
mod web;

pub use found::Found;
pub use read::{Location, Source};
pub use web::{SourceError, Web};

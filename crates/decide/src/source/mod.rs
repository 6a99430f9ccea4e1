//! Reading a snapshot store: a directory, a bucket, or a URL.
//!
//! | module | holds |
//! |---|---|
//! | `read` | the locations of stores, and reading an object |
//! | `web` | reading a store over HTTP |

mod read;
mod web;

pub use read::{Found, Location, Source};
pub use web::{SourceError, Web};

//! Compressed responses.
//!
//! A response that can be compressed names `Accept-Encoding` in `Vary`, whether it is compressed or not. A compressed
//! response carries its ETag as a weak one, because it has other bytes than the response without compression.
//!
//! | module | holds |
//! |---|---|
//! | [`coding`] | the content codings, and which coding a client prefers |
//! | [`compress`](mod@compress) | compressing a content |
//! | [`headers`] | the headers of responses that can be compressed |
//! | [`layer`] | the middleware that compresses responses |
//! | [`constant`] | content that never changes, compressed at most once in each coding |

pub mod coding;
pub mod compress;
pub mod constant;
pub mod headers;
pub mod layer;

pub use coding::{Accepted, Coding};
pub use compress::{MIN_BYTES, compress};
pub use constant::Constant;
pub use headers::{matched_etag, set_coding, vary_by_encoding};
pub use layer::with_compression;

//! An object that was read.

/// An object that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The content.
    pub bytes: Vec<u8>,
    /// The ETag, if the store sends one. Quoted.
    pub etag: Option<String>,
}

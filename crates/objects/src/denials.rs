//! Logging once that a store denies reading.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a store has denied reading an object. S3 responds in the same way if the object does not exist and the reader must
/// not list the bucket, so that a denied object counts as absent.
#[derive(Debug, Default)]
pub struct Denials(AtomicBool);

impl Denials {
    /// Logs the first denied object of the store.
    pub fn record(&self, path: &str) {
        if !self.0.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                path,
                "the snapshot store denies reading an object (AccessDenied), which counts as absent: grant the credentials \
                 s3:GetObject and s3:ListBucket, unless the object does not exist"
            );
        }
    }
}

//! Conditional requests: the revision that a write expects, and the ETag of a reader's copy.

use crate::error::ApiError;

/// The precondition of a write. A write with a stale revision is rejected, so that no client overwrites a change that
/// the client has not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// No precondition: any revision matches.
    None,
    /// One of these revisions.
    Revisions(Vec<i64>),
}

impl Precondition {
    /// Parses an `If-Match` header: `*`, or a list of ETags. An ETag that is not a revision never matches.
    #[must_use]
    pub fn from_if_match(header: &str) -> Self {
        if header.trim() == "*" {
            return Self::None;
        }
        let revision = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        Self::Revisions(header.split(',').filter_map(revision).collect())
    }

    /// Checks the precondition against the current revision.
    ///
    /// # Errors
    /// If the precondition fails.
    pub fn check(&self, revision: i64) -> Result<(), StaleRevision> {
        match self {
            Self::Revisions(expected) if !expected.contains(&revision) => {
                Err(StaleRevision { current: revision })
            }
            _ => Ok(()),
        }
    }
}

/// The error of a precondition: the resource has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the resource has changed since the revision in `If-Match` (the current revision is {current}): read the resource \
     again, and repeat the change"
)]
pub struct StaleRevision {
    /// The revision of the resource.
    pub current: i64,
}

impl From<StaleRevision> for ApiError {
    fn from(error: StaleRevision) -> Self {
        Self::stale(error.to_string())
    }
}

/// Returns whether an `If-None-Match` header contains this ETag or `*`.
#[must_use]
pub fn if_none_match_contains(header: &str, etag: &str) -> bool {
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    header.split(',').map(strong).any(|tag| tag == "*" || tag == strong(etag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_lists_the_revisions_that_may_be_overwritten() {
        let holds = |header: &str| Precondition::from_if_match(header).check(3).is_ok();
        assert!(holds("\"3\"") && holds("*") && holds("\"2\", \"3\""));
        assert!(!holds("\"2\"") && !holds("W/\"3\"") && !holds("3") && !holds(""));
    }
}

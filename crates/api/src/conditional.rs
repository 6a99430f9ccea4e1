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
    /// Returns 412 if the precondition fails.
    pub fn check(&self, revision: i64) -> Result<(), ApiError> {
        match self {
            Self::Revisions(expected) if !expected.contains(&revision) => Err(ApiError::stale(format!(
                "the resource has changed since the revision in `If-Match` (the current revision is {revision}): \
                 read the resource again, and repeat the change"
            ))),
            _ => Ok(()),
        }
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

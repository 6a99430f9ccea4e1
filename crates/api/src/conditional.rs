//! Conditional requests: the revision that a write expects, and the tag that a reader has.

use crate::error::ApiError;

/// Which revision of a resource a write expects, so that nobody overwrites another's change unseen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// Whatever is there.
    None,
    /// One of these revisions.
    Revisions(Vec<i64>),
}

impl Precondition {
    /// Reads the value of an `If-Match` header: `*`, or a list of ETags. A tag that is none of ours never
    /// matches.
    #[must_use]
    pub fn from_if_match(header: &str) -> Self {
        if header.trim() == "*" {
            return Self::None;
        }
        let revision = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        Self::Revisions(header.split(',').filter_map(revision).collect())
    }

    /// Checks it against the revision that is there.
    ///
    /// # Errors
    /// 412 if it does not hold.
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

/// Whether the value of an `If-None-Match` header names this tag, or any.
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

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
    ///
    /// A revision is compared by its number. A proxy that compresses a response changes the ETag (`W/"5"`, `"5-gzip"`), but
    /// a compressed revision is the same revision.
    #[must_use]
    pub fn from_if_match(header: &str) -> Self {
        if header.trim() == "*" {
            return Self::None;
        }
        Self::Revisions(tags(header).filter_map(|tag| opaque(tag).parse().ok()).collect())
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

/// Returns whether an `If-None-Match` header contains this ETag or `*`. ETags are compared weakly, and without the changes of
/// proxies that compress responses.
#[must_use]
pub fn if_none_match_contains(header: &str, etag: &str) -> bool {
    tags(header).any(|tag| tag == "*" || opaque(tag) == opaque(etag))
}

/// The content codings whose names servers and proxies append to the ETag of a response that they compress.
const CODINGS: [&str; 4] = ["gzip", "br", "zstd", "deflate"];
/// The characters between an ETag and the name of a coding: `"5-gzip"` (Apache, Caddy), `"5--gzip"` (Jetty), `"5;gzip"`.
const SEPARATORS: [char; 4] = ['-', ';', ':', '+'];

/// Returns the ETags of the list in an `If-Match` or `If-None-Match` header. A comma within quotes belongs to an ETag.
pub fn tags(list: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let ends = move |char| {
        quoted ^= char == '"';
        char == ',' && !quoted
    };
    list.split(ends).map(str::trim)
}

/// Returns the part of an ETag that the origin chose: without `W/`, quotes, and names of codings.
fn opaque(tag: &str) -> &str {
    let tag = tag.strip_prefix("W/").or_else(|| tag.strip_prefix("w/")).unwrap_or(tag);
    let mut tag = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag);
    while let Some(separated) = CODINGS.iter().find_map(|coding| tag.strip_suffix(coding)) {
        let original = separated.trim_end_matches(SEPARATORS);
        if original.is_empty() || original == separated {
            break;
        }
        tag = original;
    }
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_lists_the_revisions_that_may_be_overwritten() {
        let holds = |header: &str| Precondition::from_if_match(header).check(3).is_ok();
        for header in ["\"3\"", "*", " * ", "\"2\", \"3\"", "\"2\",\t\"3\" ,", "\"a,b\",\"3\"", "3"] {
            assert!(holds(header), "{header}");
        }
        for header in ["\"2\"", "\"33\"", "\"3,\"", "\"2,\"3\"\"", "\"\"", "", "\"*\""] {
            assert!(!holds(header), "{header}");
        }
    }

    #[test]
    fn a_revision_is_compared_by_its_number_whatever_a_proxy_has_made_of_the_etag() {
        let holds = |header: &str| Precondition::from_if_match(header).check(3).is_ok();
        let changed =
            ["W/\"3\"", "w/\"3\"", "\"3-gzip\"", "W/\"3-br\"", "\"3--gzip\"", "\"3;zstd\"", "\"3-gzip-br\""];
        for tag in changed {
            assert!(holds(tag) && holds(&format!("\"2\", {tag}, W/\"9\"")), "{tag}");
        }
        for tag in ["W/\"2\"", "\"2-gzip\"", "\"3-2\"", "\"3gzip\"", "\"-gzip\"", "W/"] {
            assert!(!holds(tag), "{tag}");
        }
    }

    #[test]
    fn if_none_match_compares_weakly() {
        let etag = "\"a,b-2\"";
        for header in ["*", etag, "W/\"a,b-2\"", "\"c\", W/\"a,b-2\"", "\"a,b-2-gzip\"", "\"a,b-2;br\",\"c\""]
        {
            assert!(if_none_match_contains(header, etag), "{header}");
            assert!(if_none_match_contains(header, &format!("W/{etag}")), "{header}");
        }
        for header in ["", "\"a\"", "\"b-2\"", "\"a,b\"", "W/\"a,b-20\"", "\"*\""] {
            assert!(!if_none_match_contains(header, etag), "{header}");
        }
    }
}

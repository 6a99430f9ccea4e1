//! The public URL: the address of the server as others see it.

use std::{fmt, str::FromStr};

use url::Url;

use super::origin::Origin;

/// The address of the server as others see it, with the path below which a proxy serves it. The proxy removes the path
/// before it forwards a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: Origin,
    path: String,
}

/// The reason why a text is not a public URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    /// The text is not an absolute URL with the scheme `http` or `https`.
    #[error(
        "must be an http:// or https:// URL, such as https://flags.example or https://intern.example/flags"
    )]
    NoUrl,
    /// The URL has more than scheme, host, port and path.
    #[error("must have no user, no query and no fragment, such as https://flags.example")]
    More,
    /// The path has characters that would have to be encoded.
    #[error(
        "the path must be names of letters, digits, `-`, `_`, `.` and `~`, with slashes between them, such as \
         https://intern.example/flags"
    )]
    Path,
}

impl PublicUrl {
    /// Returns the scheme, the host and the port.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns the path without a trailing slash: empty, or starts with a slash. The path consists of ASCII letters,
    /// digits, `-`, `_`, `.`, `~` and `/`, so that it needs no encoding in HTML, in URLs and in scripts.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        // The parser of URLs would correct `http:host`, `http:/host` and backslashes.
        let (scheme, rest) = text.split_once("://").ok_or(PublicUrlError::NoUrl)?;
        if !["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(scheme)) || rest.starts_with('/')
        {
            return Err(PublicUrlError::NoUrl);
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        if rest.contains(['?', '#']) || authority.contains('@') {
            return Err(PublicUrlError::More);
        }
        let path = rest.get(authority.len()..).unwrap_or_default().trim_end_matches('/');
        let url = Url::parse(&format!("{scheme}://{authority}")).map_err(|_| PublicUrlError::NoUrl)?;
        let origin = Origin::of(&url).filter(|_| url.path() == "/").ok_or(PublicUrlError::NoUrl)?;
        if !path.split('/').skip(1).all(is_plain_segment) {
            return Err(PublicUrlError::Path);
        }
        Ok(Self { origin, path: path.to_owned() })
    }
}

/// Returns whether a segment of a path needs no encoding, and is not resolved away.
fn is_plain_segment(segment: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    !segment.is_empty() && segment.bytes().all(is_plain) && !matches!(segment, "." | "..")
}

/// Formats the URL without a trailing slash.
impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_normalised() {
        for (text, url, path) in [
            ("https://flags.example", "https://flags.example", ""),
            ("HTTPS://Flags.Example:443/", "https://flags.example", ""),
            ("http://flags.example:8080/Edge/wise//", "http://flags.example:8080/Edge/wise", "/Edge/wise"),
            ("http://[::1]:80/a_b-c.d~e", "http://[::1]/a_b-c.d~e", "/a_b-c.d~e"),
            ("https://bücher.example/x", "https://xn--bcher-kva.example/x", "/x"),
        ] {
            let parsed: PublicUrl = text.parse().unwrap();
            assert_eq!((parsed.to_string().as_str(), parsed.path()), (url, path), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused_with_the_reason() {
        for (text, problem) in [
            ("flags.example", PublicUrlError::NoUrl),
            ("", PublicUrlError::NoUrl),
            ("ftp://flags.example", PublicUrlError::NoUrl),
            ("https://", PublicUrlError::NoUrl),
            ("https:///path", PublicUrlError::NoUrl),
            ("https://flags.example:port", PublicUrlError::NoUrl),
            ("https://a b", PublicUrlError::NoUrl),
            ("https://a\\b", PublicUrlError::NoUrl),
            ("https://user@flags.example", PublicUrlError::More),
            ("https://user:secret@flags.example", PublicUrlError::More),
            ("https://flags.example/?a", PublicUrlError::More),
            ("https://flags.example#a", PublicUrlError::More),
            ("https://flags.example/a//b", PublicUrlError::Path),
            ("https://flags.example/a/../b", PublicUrlError::Path),
            ("https://flags.example/a%20b", PublicUrlError::Path),
            ("https://flags.example/\"onclick", PublicUrlError::Path),
        ] {
            assert_eq!(text.parse::<PublicUrl>(), Err(problem), "{text}");
        }
    }
}

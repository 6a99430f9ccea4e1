//! Content codings, and which coding a client prefers.

use axum::http::{HeaderMap, HeaderValue, header};

/// The weight of a coding that a client accepts without naming a weight, in thousandths.
const FULL_WEIGHT: u16 = 1000;

/// A content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// Brotli (RFC 7932): smaller results.
    Brotli,
    /// gzip (RFC 1952): every client knows it, and the compressor needs less time and memory.
    Gzip,
}

impl Coding {
    /// Returns the value of the header `Content-Encoding`.
    #[must_use]
    pub const fn header_value(self) -> HeaderValue {
        match self {
            Self::Brotli => HeaderValue::from_static("br"),
            Self::Gzip => HeaderValue::from_static("gzip"),
        }
    }
}

/// The codings that a client accepts, each with its weight in thousandths. A coding with weight 0 is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    brotli: u16,
    gzip: u16,
    /// The weight of content without a coding, if the client names one.
    identity: Option<u16>,
}

impl Accepted {
    /// Reads the `Accept-Encoding` headers of a request. A client without such a header accepts no coding. Neither does a
    /// client that asks for a range: no route serves ranges, but the client counts bytes of the content as it is.
    ///
    /// ```
    /// use axum::http::{HeaderMap, header};
    /// use edgewise_http::compression::{Accepted, Coding};
    ///
    /// let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, "gzip, br;q=0.5".parse().unwrap())]);
    /// let preferred = Accepted::from_headers(&headers).preferred(&[Coding::Brotli, Coding::Gzip]);
    /// assert_eq!(preferred, Some(Coding::Gzip));
    /// ```
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let (mut brotli, mut gzip, mut identity, mut any_other) = (None, None, None, None);
        if headers.contains_key(header::RANGE) {
            return Self { brotli: 0, gzip: 0, identity: None };
        }
        let values = headers.get_all(header::ACCEPT_ENCODING).iter();
        for coding in values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')) {
            let (name, parameter) = coding.split_once(';').unwrap_or((coding, "q=1"));
            let weights = match name.trim().to_ascii_lowercase().as_str() {
                "br" => &mut brotli,
                "gzip" | "x-gzip" => &mut gzip,
                "identity" => &mut identity,
                "*" => &mut any_other,
                _ => continue,
            };
            // A coding with an unreadable weight is not accepted.
            weights.get_or_insert(weight(parameter).unwrap_or(0));
        }
        let other = any_other.unwrap_or(0);
        Self { brotli: brotli.unwrap_or(other), gzip: gzip.unwrap_or(other), identity }
    }

    /// Returns the coding that the client prefers among `offered`, or `None` if the client prefers content without a
    /// coding, or accepts no offered coding. Of codings that the client accepts equally, the first one of `offered` is
    /// preferred.
    #[must_use]
    pub fn preferred(self, offered: &[Coding]) -> Option<Coding> {
        let weight = |coding: &Coding| match coding {
            Coding::Brotli => self.brotli,
            Coding::Gzip => self.gzip,
        };
        // `max_by_key` returns the last one of equal codings.
        let best = offered.iter().copied().rev().max_by_key(weight)?;
        let least = self.identity.unwrap_or(0).max(1);
        (weight(&best) >= least).then_some(best)
    }
}

/// Parses a weight such as `q=0.5`, in thousandths: between 0 and 1, with at most three digits after the point.
fn weight(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, digits) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    if digits.len() > 3 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    match (whole, format!("{digits:0<3}").parse().ok()?) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(FULL_WEIGHT),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preferred(lines: &[&'static str]) -> Option<Coding> {
        let lines = lines.iter().map(|line| (header::ACCEPT_ENCODING, HeaderValue::from_static(line)));
        let headers = lines.fold(HeaderMap::new(), |mut headers, (name, value)| {
            headers.append(name, value);
            headers
        });
        Accepted::from_headers(&headers).preferred(&[Coding::Brotli, Coding::Gzip])
    }

    #[test]
    fn the_coding_with_the_highest_weight_is_preferred() {
        for (lines, expected) in [
            (&["gzip, deflate, br, zstd"][..], Some(Coding::Brotli)),
            (&["gzip"], Some(Coding::Gzip)),
            (&["GZIP;Q=1.0"], Some(Coding::Gzip)),
            (&["x-gzip"], Some(Coding::Gzip)),
            (&["gzip, br;q=0.5"], Some(Coding::Gzip)),
            (&["gzip ; q=0.8 , br ; q=0.9"], Some(Coding::Brotli)),
            (&["gzip", "br"], Some(Coding::Brotli)),
            (&["deflate", "gzip"], Some(Coding::Gzip)),
            (&["*"], Some(Coding::Brotli)),
            (&["br;q=0, *"], Some(Coding::Gzip)),
            (&["*;q=0.001"], Some(Coding::Brotli)),
            (&["gzip;q=1.000, br;q=0.999"], Some(Coding::Gzip)),
            (&["gzip, identity"], Some(Coding::Gzip)),
            (&["identity;q=0, gzip;q=0.1"], Some(Coding::Gzip)),
        ] {
            assert_eq!(preferred(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_client_that_accepts_no_coding_or_prefers_none_gets_none() {
        for lines in [
            &[][..],
            &[""],
            &["identity"],
            &["deflate, zstd, compress"],
            &["gzip;q=0"],
            &["gzip;q=0.000, br;q=0"],
            &["*;q=0"],
            &["gzip;q=0, br;q=0, *;q=1"],
            &["identity, gzip;q=0.5"],
            &["identity;q=0.9, br;q=0.5, gzip;q=0.8"],
            &["gzip;q=2"],
            &["gzip;q=1.001"],
            &["gzip;q=0.0001"],
            &["gzip;q=-1"],
            &["gzip;q="],
            &["gzip;level=9"],
            &["brotli, gzipped"],
            &["identity;q=0"],
        ] {
            assert_eq!(preferred(lines), None, "{lines:?}");
        }
    }
}

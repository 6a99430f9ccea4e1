//! Which sites' pages may ask for decisions.

/// Which sites' pages may read answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cors {
    /// No page of another site.
    Nobody,
    /// Pages of any site.
    Anybody,
    /// Pages of these, each an origin such as `https://shop.example.com`.
    Origins(Vec<String>),
}

/// The headers of an answer that pages may read, by name.
pub const EXPOSED: &str = "x-config-version, x-config-age, x-config-status";

impl Cors {
    /// Reads `*`, or origins separated by commas; nothing means nobody.
    ///
    /// # Errors
    /// What is wrong, and what to write.
    pub fn read(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => return Ok(Self::Nobody),
            "*" => return Ok(Self::Anybody),
            _ => {}
        }
        let mut origins = Vec::new();
        for origin in text.split(',').map(str::trim).filter(|origin| !origin.is_empty()) {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            if host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#', '@', '*', ' '])) {
                return Err(format!(
                    "holds `{origin}`: write `*`, or origins like `https://shop.example.com`, separated by commas"
                ));
            }
            origins.push(origin.to_owned());
        }
        Ok(Self::Origins(origins))
    }

    /// What an answer to a page of `origin` says in `access-control-allow-origin`, if anything.
    #[must_use]
    pub fn allowed<'a>(&self, origin: Option<&'a str>) -> Option<&'a str> {
        match self {
            Self::Nobody => None,
            Self::Anybody => Some("*"),
            Self::Origins(origins) => origin.filter(|origin| origins.iter().any(|known| known == origin)),
        }
    }

    /// Whether answers differ by who asks, so that a cache must not mix them up.
    #[must_use]
    pub const fn varies(&self) -> bool {
        matches!(self, Self::Origins(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_who_are_listed_may_read_answers() {
        let cors = Cors::read("https://a.example, http://localhost:8080").unwrap();
        assert_eq!(cors.allowed(Some("https://a.example")), Some("https://a.example"));
        assert_eq!(cors.allowed(Some("http://localhost:8080")), Some("http://localhost:8080"));
        for origin in [None, Some("https://b.example"), Some("https://a.example.evil"), Some("null")] {
            assert_eq!(cors.allowed(origin), None);
        }
        assert!(cors.varies());
    }

    #[test]
    fn a_star_is_anybody_and_nothing_is_nobody() {
        assert_eq!(Cors::read(" * ").unwrap().allowed(None), Some("*"));
        assert_eq!(Cors::read("").unwrap().allowed(Some("https://a.example")), None);
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in ["a.example", "https://a.example/", "https://*.a.example", "https://", "*, https://a"] {
            assert!(Cors::read(text).unwrap_err().contains("origins like"), "{text}");
        }
    }
}

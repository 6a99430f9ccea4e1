//! The sites whose pages may request decisions (CORS).

/// The origins whose pages may read responses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cors {
    /// No other origin.
    Disabled,
    /// Any origin.
    AnyOrigin,
    /// The listed origins, such as `https://shop.example.com`.
    Origins(Vec<String>),
}

/// The names of the response headers that pages may read.
pub const EXPOSED: &str = "x-config-version, x-config-age, x-config-status";

impl Cors {
    /// Reads `*`, or origins separated by commas. An empty text means no origin.
    ///
    /// # Errors
    /// Returns a text that says what is wrong, and what to set instead.
    pub fn read(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => return Ok(Self::Disabled),
            "*" => return Ok(Self::AnyOrigin),
            _ => {}
        }
        let mut origins = Vec::new();
        for origin in text.split(',').map(str::trim).filter(|origin| !origin.is_empty()) {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            if host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#', '@', '*', ' '])) {
                return Err(format!(
                    "contains `{origin}`: set the variable to `*`, or to origins such as `https://shop.example.com`, separated by commas"
                ));
            }
            origins.push(origin.to_owned());
        }
        Ok(Self::Origins(origins))
    }

    /// Returns the value of the header `access-control-allow-origin` in a response to `origin`, if there is one.
    #[must_use]
    pub fn allowed<'a>(&self, origin: Option<&'a str>) -> Option<&'a str> {
        match self {
            Self::Disabled => None,
            Self::AnyOrigin => Some("*"),
            Self::Origins(origins) => origin.filter(|origin| origins.iter().any(|known| known == origin)),
        }
    }

    /// Returns whether responses depend on the origin, so that caches must distinguish origins.
    #[must_use]
    pub const fn varies(&self) -> bool {
        matches!(self, Self::Origins(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_origins_may_read_responses() {
        let cors = Cors::read("https://a.example, http://localhost:8080").unwrap();
        assert_eq!(cors.allowed(Some("https://a.example")), Some("https://a.example"));
        assert_eq!(cors.allowed(Some("http://localhost:8080")), Some("http://localhost:8080"));
        for origin in [None, Some("https://b.example"), Some("https://a.example.evil"), Some("null")] {
            assert_eq!(cors.allowed(origin), None);
        }
        assert!(cors.varies());
    }

    #[test]
    fn a_star_means_any_origin_and_an_empty_text_means_none() {
        assert_eq!(Cors::read(" * ").unwrap().allowed(None), Some("*"));
        assert_eq!(Cors::read("").unwrap().allowed(Some("https://a.example")), None);
    }

    #[test]
    fn invalid_origins_are_rejected() {
        for text in ["a.example", "https://a.example/", "https://*.a.example", "https://", "*, https://a"] {
            assert!(Cors::read(text).unwrap_err().contains("origins such as"), "{text}");
        }
    }
}

//! Routing by URL.

/// The route of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// A decision, with the raw query without the `?`.
    Decide(&'a str),
    /// A published object, with the raw path, and the raw query without the `?`.
    Configs(&'a str, &'a str),
    /// The health of the worker.
    Health,
    /// An unknown path.
    Unknown,
}

impl<'a> Route<'a> {
    /// Returns the route of a URL.
    #[must_use]
    pub fn of(url: &'a str) -> Self {
        // The runtime has normalized the URL: scheme, host, and a path that begins with a slash.
        let path = url.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
        let path = path.unwrap_or("/");
        let path = path.split_once('#').map_or(path, |(path, _)| path);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        match path {
            "/decide" => Self::Decide(query),
            "/health" => Self::Health,
            _ if path.starts_with("/configs/") => Self::Configs(path, query),
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_map_to_routes() {
        for (url, route) in [
            ("https://a.example/decide?user_key=u&env=prod", Route::Decide("user_key=u&env=prod")),
            ("http://127.0.0.1:8787/decide", Route::Decide("")),
            ("https://a.example/decide?a=?#b", Route::Decide("a=?")),
            ("https://a.example/health?x", Route::Health),
            (
                "https://a.example/configs/prod/rulesets/1/7.bin?v=1",
                Route::Configs("/configs/prod/rulesets/1/7.bin", "v=1"),
            ),
            ("https://a.example/configs/", Route::Configs("/configs/", "")),
            ("https://a.example/decide/", Route::Unknown),
            ("https://a.example/", Route::Unknown),
            ("https://a.example", Route::Unknown),
            ("https://decide/", Route::Unknown),
            ("", Route::Unknown),
        ] {
            assert_eq!(Route::of(url), route, "{url}");
        }
    }
}

//! Origins: scheme, host and port of an address.

use std::fmt;

use url::{Host, Url};

/// The scheme of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `http`, whose default port is 80.
    Http,
    /// `https`, whose default port is 443.
    Https,
}

/// The scheme, the host and the port of an address. Two origins are equal if browsers take them for the same origin: the
/// case of letters makes no difference, and a missing port is the default port of the scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: Scheme,
    host: Host,
    port: u16,
}

impl Scheme {
    /// Parses `http` or `https`, in any case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let schemes = [Self::Http, Self::Https];
        schemes.into_iter().find(|scheme| scheme.as_str().eq_ignore_ascii_case(text))
    }

    /// Returns the scheme in lower case, without a colon.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Origin {
    /// Parses the value of an `Origin` header, such as `https://flags.example:8443`. Returns `None` for `null`, and for
    /// schemes other than `http` and `https`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        Self::new(Scheme::parse(scheme)?, authority)
    }

    /// Creates the origin of a scheme and the value of a `Host` header, such as `flags.example` or `[::1]:3000`. Returns
    /// `None` if `authority` is not a host with at most a port.
    #[must_use]
    pub fn new(scheme: Scheme, authority: &str) -> Option<Self> {
        // The parser of URLs would take these bytes for the end of the host, or skip them.
        let is_foreign = |byte: u8| byte.is_ascii_control() || b" /\\?#@%".contains(&byte);
        if authority.bytes().any(is_foreign) {
            return None;
        }
        Self::of(&Url::parse(&format!("{}://{authority}", scheme.as_str())).ok()?)
    }

    /// Returns the origin of a URL with the scheme `http` or `https`.
    pub(super) fn of(url: &Url) -> Option<Self> {
        let scheme = Scheme::parse(url.scheme())?;
        let host = url.host()?.to_owned();
        Some(Self { scheme, host, port: url.port().unwrap_or(scheme.default_port()) })
    }

    /// Returns the scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Returns the port; the default port of the scheme if the address has none.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Returns whether the host is this machine: `localhost`, a name below `localhost`, or a loopback address.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Domain(name) => {
                let name = name.strip_suffix('.').unwrap_or(name);
                name == "localhost" || name.ends_with(".localhost")
            }
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.to_canonical().is_loopback(),
        }
    }

    /// Returns whether both origins have the same host, whatever their schemes and ports.
    #[must_use]
    pub fn has_host_of(&self, other: &Self) -> bool {
        self.host == other.host
    }
}

/// Formats the origin like browsers: without the default port of the scheme.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        if self.port == self.scheme.default_port() { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Origin {
        Origin::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn case_and_default_ports_make_no_difference() {
        for (a, b) in [
            ("http://flags.example", "HTTP://Flags.Example:80"),
            ("https://flags.example:443", "https://FLAGS.example"),
            ("http://[::1]:80", "http://[0:0:0:0:0:0:0:1]"),
            ("https://xn--bcher-kva.example", "https://XN--BCHER-KVA.example:443"),
        ] {
            assert_eq!(parse(a), parse(b));
            assert_eq!(parse(a).to_string(), parse(b).to_string());
        }
        assert_eq!(parse("http://Flags.example:80").to_string(), "http://flags.example");
        assert_eq!(parse("http://flags.example:443").to_string(), "http://flags.example:443");
    }

    #[test]
    fn scheme_host_and_port_make_a_difference() {
        let own = parse("http://flags.example");
        for other in [
            "https://flags.example",
            "http://flags.example:8080",
            "http://other.example",
            "http://a.flags.example",
        ] {
            assert_ne!(parse(other), own, "{other}");
        }
    }

    #[test]
    fn what_is_not_an_origin_is_refused() {
        for text in [
            "null",
            "",
            "flags.example",
            "ftp://flags.example",
            "http://",
            "http://a/b",
            "http://user@a",
            "http://a?b",
            "http://a#b",
            "http://a b",
            "http://a\tb",
            "http://a:99999",
            "http://a\\b",
            "http://%6cocalhost",
            "chrome-extension://abc",
        ] {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }

    #[test]
    fn loopback_hosts_are_recognised() {
        for host in [
            "localhost",
            "LOCALHOST:3000",
            "localhost.",
            "edgewise.localhost",
            "127.0.0.1",
            "127.8.9.1:1",
            "[::1]:3000",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(Origin::new(Scheme::Http, host).unwrap().is_loopback(), "{host}");
        }
        for host in ["localhost.example", "notlocalhost", "127.0.0.1.example", "0.0.0.0", "[::]", "10.0.0.1"]
        {
            assert!(!Origin::new(Scheme::Http, host).unwrap().is_loopback(), "{host}");
        }
    }
}

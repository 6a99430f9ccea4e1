//! How a request arrived: from which machine, and for which client.

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    extract::Request,
    http::{Extensions, HeaderMap},
};

use super::{forwarded, networks::Networks};

/// How a request arrived. The server adds the value to the extensions of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The address of the machine that the connection comes from.
    pub peer: IpAddr,
    /// Whether the peer is a trusted proxy, whose `X-Forwarded-…` headers are believed.
    pub is_trusted: bool,
    /// The address of the client: the peer, unless the peer is a trusted proxy that names another address.
    pub client: IpAddr,
}

impl Arrival {
    /// Describes a request with these headers.
    #[must_use]
    pub fn new(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> Self {
        let is_trusted = trusted.contains(peer);
        let client = if is_trusted { forwarded::client(peer, headers, trusted) } else { peer };
        Self { peer, is_trusted, client }
    }

    /// Returns the description in the extensions of a request. Without one, the peer is unknown and not trusted.
    #[must_use]
    pub fn of(extensions: &Extensions) -> Self {
        let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let none = Self { peer: unknown, is_trusted: false, client: unknown };
        extensions.get().copied().unwrap_or(none)
    }
}

/// Returns the address of the client that sent a request, also if trusted proxies have forwarded the request.
#[must_use]
pub fn client_address(request: &Request) -> IpAddr {
    Arrival::of(request.extensions()).client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_names_the_client() {
        let headers =
            HeaderMap::from_iter([(forwarded::FORWARDED_FOR.clone(), "192.0.2.1".parse().unwrap())]);
        let trusted: Networks = "10.0.0.0/8".parse().unwrap();
        let arrival = |peer: &str| Arrival::new(peer.parse().unwrap(), &headers, &trusted);
        assert_eq!(arrival("::ffff:10.0.0.1").client.to_string(), "192.0.2.1");
        assert!(arrival("10.0.0.1").is_trusted);
        let other = "198.51.100.1".parse().unwrap();
        assert_eq!(arrival("198.51.100.1"), Arrival { peer: other, is_trusted: false, client: other });
        let nobody = Arrival::new(other, &headers, &Networks::default());
        assert_eq!(nobody, Arrival { peer: other, is_trusted: false, client: other });
    }
}

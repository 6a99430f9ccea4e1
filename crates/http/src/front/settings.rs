//! What a server is told about its address, and about the proxies in front of it.

use std::net::SocketAddr;

use axum::http::{HeaderMap, Uri, header};

use super::{
    arrival::Arrival,
    forwarded,
    networks::Networks,
    origin::{Origin, Scheme},
    public_url::PublicUrl,
};

/// The address of a server, and the proxies in front of the server.
#[derive(Clone, Debug)]
pub struct Front {
    /// The address that the server listens on.
    pub bind: SocketAddr,
    /// The address of the server as others see it.
    pub public_url: Option<PublicUrl>,
    /// The proxies whose `X-Forwarded-…` headers are believed.
    pub trusted_proxies: Networks,
    /// Whether requests for any host are accepted, because everyone who can reach the server may change everything.
    pub insecure_open: bool,
}

impl Front {
    /// Returns the address under which a client sent a request: by `X-Forwarded-Proto` and `X-Forwarded-Host` of a trusted
    /// proxy, otherwise `http://` and the host that the request names. Returns `None` if that is not an address.
    #[must_use]
    pub fn address_of_request(&self, arrival: Arrival, uri: &Uri, headers: &HeaderMap) -> Option<Origin> {
        let mut named = named_hosts(uri, headers);
        let host = match arrival.is_trusted.then(|| forwarded::host(headers)).flatten() {
            Some(host) => host,
            None => named.next().filter(|_| named.next().is_none())?,
        };
        let scheme = arrival.is_trusted.then(|| forwarded::scheme(headers)).flatten();
        Origin::new(scheme.unwrap_or(Scheme::Http), host)
    }

    /// Returns the first host of a request that is not a host of this server. Hosts of the server are loopback hosts, the
    /// host of the address that the server listens on, and the host of the public URL; ports make no difference. A request
    /// without a host is not from a browser, and names no host.
    pub(super) fn foreign_host<'a>(
        &self,
        arrival: Arrival,
        uri: &'a Uri,
        headers: &'a HeaderMap,
    ) -> Option<&'a str> {
        let forwarded = arrival.is_trusted.then(|| forwarded::host(headers)).flatten();
        let mut hosts = named_hosts(uri, headers).chain(forwarded);
        hosts.find(|host| !Origin::new(Scheme::Http, host).is_some_and(|host| self.is_own_host(&host)))
    }

    fn is_own_host(&self, host: &Origin) -> bool {
        let bound = Origin::new(Scheme::Http, &self.bind.to_string());
        let public = self.public_url.as_ref().map(PublicUrl::origin);
        host.is_loopback() || bound.iter().chain(public).any(|own| own.has_host_of(host))
    }
}

/// Returns the hosts that a request names: `Host`, and the host of a URL in the request line. A host is empty if it is not
/// text.
fn named_hosts<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
    let hosts = headers.get_all(header::HOST).into_iter().filter(|host| !host.is_empty());
    let hosts = hosts.map(|host| host.to_str().unwrap_or_default());
    uri.authority().map(|authority| authority.as_str()).into_iter().chain(hosts)
}

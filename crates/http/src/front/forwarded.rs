//! The `X-Forwarded-…` headers: what a proxy says about the request that it forwards. Only a trusted proxy is believed.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::{networks::Networks, origin::Scheme};

/// The header with the addresses that a request came through, the newest last.
pub static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// The header with the scheme by which the client reached the proxy.
pub static FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// The header with the `Host` that the client sent to the proxy.
pub static FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Returns the address of the client of a trusted proxy: the last address in `X-Forwarded-For` that is not itself a trusted
/// proxy.
///
/// A client can send the header too, so only what trusted proxies have appended counts. Without such an address, or before
/// an entry that is not an address, the client is the farthest proxy that is known.
pub(super) fn client(proxy: IpAddr, headers: &HeaderMap, trusted: &Networks) -> IpAddr {
    let mut client = proxy;
    for entry in last_first(headers, &FORWARDED_FOR) {
        let Some(address) = entry.and_then(address) else { break };
        client = address;
        if !trusted.contains(address) {
            break;
        }
    }
    client
}

/// Returns the scheme in `X-Forwarded-Proto`, or `None` if there is no valid scheme.
pub(super) fn scheme(headers: &HeaderMap) -> Option<Scheme> {
    last_first(headers, &FORWARDED_PROTO).next().flatten().and_then(Scheme::parse)
}

/// Returns the host in `X-Forwarded-Host`, with its port if the header has one. The host is empty if it is not text, and
/// `None` if there is none.
pub(super) fn host(headers: &HeaderMap) -> Option<&str> {
    last_first(headers, &FORWARDED_HOST).next().map(Option::unwrap_or_default)
}

/// Returns the entries of a list that may be spread over several headers, the last entry first. An entry is `None` if its
/// header is not text.
fn last_first<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = Option<&'a str>> {
    let values = headers.get_all(name).into_iter().rev();
    values.flat_map(entries).filter(|entry| entry.is_none_or(|entry| !entry.is_empty()))
}

fn entries(value: &HeaderValue) -> impl Iterator<Item = Option<&str>> {
    let text = value.to_str().ok();
    text.into_iter()
        .flat_map(|text| text.rsplit(',').map(|entry| Some(entry.trim())))
        .chain(text.is_none().then_some(None))
}

/// Parses an address with or without a port, such as `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` or
/// `[2001:db8::1]:4711`.
fn address(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let with_port = || entry.parse().map(|address: SocketAddr| address.ip()).ok();
    bare.parse().ok().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "10.0.0.1";

    fn headers(name: &HeaderName, values: &[&[u8]]) -> HeaderMap {
        let value = |bytes: &&[u8]| (name.clone(), HeaderValue::from_bytes(bytes).unwrap());
        values.iter().map(value).collect()
    }

    #[test]
    fn the_client_is_the_last_address_that_is_no_trusted_proxy() {
        let trusted: Networks = "10.0.0.0/8, 2001:db8::/32".parse().unwrap();
        for (values, expected) in [
            (&[][..], PROXY),
            (&[b"".as_slice()], PROXY),
            (&[b"192.0.2.1"], "192.0.2.1"),
            (&[b"  192.0.2.1\t"], "192.0.2.1"),
            // A client can send any address, which the proxy leaves in front of the client's own.
            (&[b"198.51.100.9, 192.0.2.1"], "192.0.2.1"),
            (&[b"garbage, 192.0.2.1"], "192.0.2.1"),
            (&[b"\xff\xfe", b"192.0.2.1"], "192.0.2.1"),
            // Further trusted proxies.
            (&[b"192.0.2.1, 10.0.0.2, 2001:db8::7"], "192.0.2.1"),
            (&[b"192.0.2.1,, 10.0.0.2,"], "192.0.2.1"),
            (&[b"192.0.2.1, ::ffff:10.0.0.2"], "192.0.2.1"),
            // Several headers are one list.
            (&[b"198.51.100.9", b"192.0.2.1", b"10.0.0.2"], "192.0.2.1"),
            (&[b"192.0.2.1, 10.0.0.3", b"10.0.0.2"], "192.0.2.1"),
            // All of them are trusted: the farthest.
            (&[b"10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            // Ports and brackets.
            (&[b"192.0.2.1:4711"], "192.0.2.1"),
            (&[b"[2001:dead::1]:4711, [2001:db8::7]:80"], "2001:dead::1"),
            (&[b"[2001:dead::1]"], "2001:dead::1"),
            (&[b"2001:dead::1"], "2001:dead::1"),
            (&[b"::ffff:192.0.2.1"], "192.0.2.1"),
            // What is not an address ends the list.
            (&[b"192.0.2.1, unknown"], PROXY),
            (&[b"192.0.2.1, unknown, 10.0.0.2"], "10.0.0.2"),
            (&[b"192.0.2.1, 10.0.0.2:port"], PROXY),
            (&[b"192.0.2.1, \"10.0.0.2\""], PROXY),
            (&[b"192.0.2.1", b"\xff"], PROXY),
            (&[b"192.0.2.1 10.0.0.2"], PROXY),
            (&[b"192.0.2.1/32"], PROXY),
            (&[b"fe80::1%eth0"], PROXY),
        ] {
            let found = client(PROXY.parse().unwrap(), &headers(&FORWARDED_FOR, values), &trusted);
            let shown: Vec<_> = values.iter().map(|value| String::from_utf8_lossy(value)).collect();
            assert_eq!(found.to_string(), expected, "{shown:?}");
        }
    }

    #[test]
    fn the_scheme_and_the_host_are_the_last_of_their_lists() {
        let scheme_of = |values| scheme(&headers(&FORWARDED_PROTO, values));
        assert_eq!(scheme_of(&[]), None);
        assert_eq!(scheme_of(&[b"https"]), Some(Scheme::Https));
        assert_eq!(scheme_of(&[b"http, HTTPS "]), Some(Scheme::Https));
        assert_eq!(scheme_of(&[b"https", b"http"]), Some(Scheme::Http));
        assert_eq!(scheme_of(&[b"https, wss"]), None);
        assert_eq!(scheme_of(&[b"\xff"]), None);

        let host_of = |values: &[&[u8]]| host(&headers(&FORWARDED_HOST, values)).map(str::to_owned);
        assert_eq!(host_of(&[]), None);
        assert_eq!(host_of(&[b"a.example:8080"]).as_deref(), Some("a.example:8080"));
        assert_eq!(host_of(&[b"a.example, b.example"]).as_deref(), Some("b.example"));
        assert_eq!(host_of(&[b"a.example", b"b.example"]).as_deref(), Some("b.example"));
        assert_eq!(host_of(&[b"a.example", b"\xff"]).as_deref(), Some(""));
    }
}

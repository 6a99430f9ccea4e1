//! Refusing the requests of foreign pages: pages of other sites that send changes, and pages whose host was made to resolve
//! to this server (DNS rebinding).
//!
//! The routes that decide, and those that serve snapshots, are for pages of any site, and are not guarded.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use edgewise_api::{ApiError, ErrorKind};

use super::{arrival::Arrival, origin::Origin, settings::Front};
use crate::response::ErrorResponse;

/// The header by which browsers say how the page that sends a request is related to the address of the request.
const FETCH_SITE: &str = "sec-fetch-site";
/// The longest host, in bytes, that an error repeats.
const MAX_HOST_BYTES: usize = 253;

/// Guards routes that show or change configuration: [`guard_host`], and changes must not come from pages of other sites.
pub fn guard<S: Clone + Send + Sync + 'static>(routes: Router<S>, front: &Arc<Front>) -> Router<S> {
    guard_host(routes.layer(middleware::from_fn_with_state(front.clone(), refuse_foreign_changes)), front)
}

/// Refuses requests to routes for hosts that are not hosts of this server, unless `--insecure-open` is set.
pub fn guard_host<S: Clone + Send + Sync + 'static>(routes: Router<S>, front: &Arc<Front>) -> Router<S> {
    routes.layer(middleware::from_fn_with_state(front.clone(), refuse_foreign_hosts))
}

async fn refuse_foreign_hosts(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    match check_host(&front, &request) {
        Ok(()) => next.run(request).await,
        Err(error) => ErrorResponse(error).into_response(),
    }
}

async fn refuse_foreign_changes(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    match check_origin(&front, &request) {
        Ok(()) => next.run(request).await,
        Err(error) => ErrorResponse(error).into_response(),
    }
}

fn check_host(front: &Front, request: &Request) -> Result<(), ApiError> {
    if front.insecure_open {
        return Ok(());
    }
    let arrival = Arrival::of(request.extensions());
    match front.foreign_host(arrival, request.uri(), request.headers()) {
        None => Ok(()),
        Some(host) => Err(foreign_host(front, host)),
    }
}

/// Browsers describe the page that sends a request by `Sec-Fetch-Site`; where the address is not trustworthy (plain HTTP), and
/// older browsers anywhere, by `Origin`. Programs other than browsers send neither header.
fn check_origin(front: &Front, request: &Request) -> Result<(), ApiError> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let headers = request.headers();
    if headers.contains_key(FETCH_SITE) {
        let is_own = |site: &HeaderValue| matches!(site.as_bytes(), b"same-origin" | b"none");
        let is_own = headers.get_all(FETCH_SITE).into_iter().all(is_own);
        return if is_own { Ok(()) } else { Err(other_site(front, request)) };
    }
    if !headers.contains_key(header::ORIGIN) {
        return Ok(());
    }
    let arrival = Arrival::of(request.extensions());
    let own = front.address_of_request(arrival, request.uri(), headers);
    let public = front.public_url.as_ref().map(|url| url.origin());
    let is_own = |origin: &HeaderValue| {
        let origin = origin.to_str().ok().and_then(Origin::parse);
        origin.is_some_and(|origin| own.iter().chain(public).any(|own| *own == origin))
    };
    if headers.get_all(header::ORIGIN).into_iter().all(is_own) {
        Ok(())
    } else {
        Err(other_origin(front, arrival, headers, own.as_ref()))
    }
}

/// Returns the error of a request for a host that is not a host of this server.
fn foreign_host(front: &Front, host: &str) -> ApiError {
    let bind = front.bind;
    let own = front.public_url.as_ref().map_or_else(|| format!("http://{bind}"), ToString::to_string);
    let shown = if host.len() <= MAX_HOST_BYTES { host } else { "…" };
    forbidden(format!(
        "`{shown}` is not a host of this server, which listens on {bind}: open {own}, or start the server with \
         --public-url and --insecure-open if everyone who can reach `{shown}` may change everything"
    ))
}

/// Returns the error of a change that, according to the browser, a page of another site sends.
fn other_site(front: &Front, request: &Request) -> ApiError {
    let address =
        || front.address_of_request(Arrival::of(request.extensions()), request.uri(), request.headers());
    let public = front.public_url.as_ref().map(ToString::to_string);
    let own = public.or_else(|| address().map(|own| own.to_string()));
    let own = own.map_or_else(String::new, |own| format!(" at {own}"));
    let sender = sender(request.headers());
    forbidden(format!(
        "the request comes from a page of another site ({sender}): open the dashboard{own} and try again there"
    ))
}

/// Returns the error of a change that a page at another address sends.
fn other_origin(front: &Front, arrival: Arrival, headers: &HeaderMap, own: Option<&Origin>) -> ApiError {
    let (sender, peer) = (sender(headers), arrival.peer.to_canonical());
    let public = front.public_url.as_ref().map(|url| url.origin().to_string());
    let own = own.map(|own| own.to_string()).filter(|own| Some(own) != public.as_ref());
    let own: Vec<_> = public.into_iter().chain(own).map(|own| format!("`{own}`")).collect();
    let own = if own.is_empty() { "unknown".to_owned() } else { own.join(" or ") };
    let proxy = if arrival.is_trusted {
        format!(
            "let the proxy at {peer} send X-Forwarded-Host and X-Forwarded-Proto as the browser sees them"
        )
    } else {
        format!(
            "with --trusted-proxies {peer} if {peer} is a proxy that sends X-Forwarded-Host and X-Forwarded-Proto, such as `edgewise gateway`"
        )
    };
    forbidden(format!(
        "the request comes from a page of {sender}, but the address of this server is {own}: if that page is the \
         dashboard of this server, start the server (which listens on {bind}) with the address of the page as \
         --public-url, or {proxy}",
        bind = front.bind,
    ))
}

/// Describes the page that sends a request.
fn sender(headers: &HeaderMap) -> String {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    match origin {
        Some("null") => "a hidden origin, `null`".to_owned(),
        Some(origin) => match Origin::parse(origin).filter(|_| origin.len() <= MAX_HOST_BYTES) {
            Some(origin) => format!("`{origin}`"),
            None => "an unknown origin".to_owned(),
        },
        None => "an unknown origin".to_owned(),
    }
}

fn forbidden(message: String) -> ApiError {
    ApiError::new(ErrorKind::Forbidden, message)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    const PROXY: [u8; 4] = [10, 0, 0, 1];

    fn front(public_url: &str) -> Front {
        Front {
            bind: "127.0.0.1:3000".parse().unwrap(),
            public_url: (!public_url.is_empty()).then(|| public_url.parse().unwrap()),
            trusted_proxies: "10.0.0.1".parse().unwrap(),
            insecure_open: false,
        }
    }

    /// Returns a change with these headers from a machine.
    fn change(front: &Front, peer: [u8; 4], headers: &[(&str, &str)]) -> Request {
        let mut request = Request::post("/experiments/x/publish").body(Body::empty()).unwrap();
        for (name, value) in headers {
            let name: header::HeaderName = name.parse().unwrap();
            request.headers_mut().append(name, value.parse().unwrap());
        }
        let arrival = Arrival::new(peer.into(), request.headers(), &front.trusted_proxies);
        request.extensions_mut().insert(arrival);
        request
    }

    #[track_caller]
    fn origin_error(front: &Front, peer: [u8; 4], headers: &[(&str, &str)]) -> Option<String> {
        check_origin(front, &change(front, peer, headers)).err().map(|error| error.message)
    }

    #[test]
    fn a_change_by_a_page_of_this_server_or_by_no_page_is_accepted() {
        let front = front("https://Flags.example/below");
        let peer = [127, 0, 0, 1];
        for headers in [
            &[("host", "127.0.0.1:3000")][..],
            &[],
            &[("host", "x"), ("sec-fetch-site", "same-origin")],
            &[("host", "x"), ("sec-fetch-site", "none")],
            &[("host", "127.0.0.1:3000"), ("origin", "http://127.0.0.1:3000")],
            &[("host", "Localhost"), ("origin", "http://LOCALHOST:80")],
            &[("host", "localhost:80"), ("origin", "http://localhost")],
            &[("host", "[::1]:3000"), ("origin", "http://[::1]:3000")],
            // The public URL, whatever the proxy sends as the host.
            &[("host", "127.0.0.1:3000"), ("origin", "https://flags.example")],
            &[("host", "127.0.0.1:3000"), ("origin", "https://flags.example:443")],
        ] {
            assert_eq!(origin_error(&front, peer, headers), None, "{headers:?}");
        }
    }

    #[test]
    fn a_change_by_another_page_is_refused() {
        let front = front("https://flags.example/below");
        let peer = [127, 0, 0, 1];
        let host = ("host", "127.0.0.1:3000");
        for headers in [
            &[host, ("sec-fetch-site", "cross-site")][..],
            &[host, ("sec-fetch-site", "same-site")],
            &[host, ("sec-fetch-site", "")],
            &[host, ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            &[host, ("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:3000")],
            &[host, ("origin", "http://evil.example")],
            &[host, ("origin", "null")],
            &[host, ("origin", "")],
            &[host, ("origin", "http://127.0.0.1:3001")],
            &[host, ("origin", "https://127.0.0.1:3000")],
            &[host, ("origin", "http://flags.example")],
            &[host, ("origin", "https://flags.example:8443")],
            &[host, ("origin", "http://127.0.0.1:3000"), ("origin", "http://evil.example")],
            &[("origin", "http://127.0.0.1:3000")],
            &[host, ("host", "evil.example"), ("origin", "http://evil.example")],
            // This peer is not trusted.
            &[host, ("origin", "http://evil.example"), ("x-forwarded-host", "evil.example")],
        ] {
            let error = origin_error(&front, peer, headers).unwrap_or_else(|| panic!("{headers:?}"));
            assert!(!error.is_empty() && !error.contains('\n'));
        }
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let mut request = change(&front, peer, &[("sec-fetch-site", "cross-site")]);
            *request.method_mut() = method;
            assert_eq!(check_origin(&front, &request), Ok(()));
        }
    }

    #[test]
    fn the_address_behind_a_trusted_proxy_is_the_forwarded_one() {
        let front = front("");
        let forwarded = [
            ("host", "127.0.0.1:3000"),
            ("x-forwarded-host", "flags.example"),
            ("x-forwarded-proto", "https"),
        ];
        let with = |origin: &'static str| [&forwarded[..], &[("origin", origin)]].concat();
        assert_eq!(origin_error(&front, PROXY, &with("https://flags.example")), None);
        assert!(origin_error(&front, PROXY, &with("http://flags.example")).is_some());
        assert!(origin_error(&front, PROXY, &with("http://127.0.0.1:3000")).is_some());
        assert!(origin_error(&front, [10, 0, 0, 2], &with("https://flags.example")).is_some());
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let (front, headers) = (front(""), [("host", "127.0.0.1:3000"), ("origin", "http://flags.example")]);
        let error = origin_error(&front, [10, 0, 0, 2], &headers).unwrap();
        for part in [
            "`http://flags.example`",
            "`http://127.0.0.1:3000`",
            "--public-url",
            "--trusted-proxies 10.0.0.2",
            "X-Forwarded-Host",
        ] {
            assert!(error.contains(part), "{error}");
        }
        let error = origin_error(&front, PROXY, &headers).unwrap();
        assert!(error.contains("let the proxy at 10.0.0.1 send") && !error.contains("--trusted"), "{error}");
        let error =
            origin_error(&front, PROXY, &[("host", "localhost:3000"), ("sec-fetch-site", "cross-site")]);
        assert!(error.as_ref().unwrap().contains("open the dashboard at http://localhost:3000"), "{error:?}");
    }

    #[test]
    fn only_hosts_of_this_server_are_accepted() {
        let front = front("http://edgewise.intern.example");
        let peer = [127, 0, 0, 1];
        let error = |peer, headers: &[(&str, &str)]| check_host(&front, &change(&front, peer, headers)).err();
        for host in [
            "localhost",
            "LocalHost:1",
            "a.localhost:3000",
            "127.0.0.1:3000",
            "[::1]",
            "Edgewise.intern.example:80",
            "",
        ] {
            assert_eq!(error(peer, &[("host", host)]), None, "{host}");
        }
        assert_eq!(error(peer, &[]), None);
        for host in ["evil.example", "intern.example", "x", "0.0.0.0:3000", "10.0.0.1", "a@localhost", "a b"]
        {
            let error = error(peer, &[("host", host)]).unwrap_or_else(|| panic!("{host}"));
            assert_eq!(error.kind, ErrorKind::Forbidden);
            let message = error.message;
            for part in [host, "127.0.0.1:3000", "--public-url", "--insecure-open"] {
                assert!(message.contains(part), "{message}");
            }
        }
        assert!(error(peer, &[("host", "localhost"), ("host", "evil.example")]).is_some());
        // Both the host and the forwarded host must be hosts of this server.
        assert!(error(PROXY, &[("host", "localhost"), ("x-forwarded-host", "evil.example")]).is_some());
        assert!(error(PROXY, &[("host", "evil.example"), ("x-forwarded-host", "localhost")]).is_some());
        assert_eq!(error(peer, &[("host", "localhost"), ("x-forwarded-host", "evil.example")]), None);
        let open = Front { insecure_open: true, ..front.clone() };
        assert_eq!(check_host(&open, &change(&open, peer, &[("host", "evil.example")])), Ok(()));
    }
}

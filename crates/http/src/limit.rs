//! The rate limit per client address: a maximum number of requests in a time window.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroUsize,
    sync::{LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use lru::LruCache;

use crate::{front::Networks, response::json_response};

/// The maximum number of clients whose windows are kept. A further client evicts the least recently seen client.
const MAX_CLIENTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(65_535);

static LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
static REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
static RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The rate limit for each client address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The maximum number of requests in one window; at least 1.
    pub max: u32,
    /// The length of a window.
    pub window: Duration,
    /// The client addresses and networks without a limit.
    pub unlimited: Networks,
}

/// A counter of requests per client address, in fixed windows. A client's window begins with its first request.
#[derive(Debug)]
pub struct Limiter {
    settings: RateLimit,
    /// The value of the `x-ratelimit-limit` header.
    max_header: HeaderValue,
    clients: Mutex<LruCache<Client, Window>>,
}

/// An IPv4 address, or a /64 network of IPv6, because one customer usually has a /64 network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Client {
    V4(u32),
    V6(u64),
}

#[derive(Clone, Copy, Debug)]
struct Window {
    began: Instant,
    requests: u32,
}

/// The state of a client's window after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The maximum number of requests in a window.
    pub limit: u32,
    /// The number of requests that are left in the window.
    pub remaining: u32,
    /// The seconds until the window ends, rounded up.
    pub reset_secs: u64,
    /// Whether the request exceeds the limit.
    pub exceeded: bool,
}

impl Limiter {
    /// Creates a limiter without any requests counted.
    #[must_use]
    pub fn new(settings: RateLimit) -> Self {
        let clients = Mutex::new(LruCache::new(MAX_CLIENTS));
        Self { max_header: settings.max.into(), settings, clients }
    }

    /// Counts a request that arrives at `now`. Returns `None` if the client has no limit.
    pub fn count(&self, client: IpAddr, now: Instant) -> Option<Allowance> {
        if self.settings.unlimited.contains(client) {
            return None;
        }
        let client = client.to_canonical();
        let (requests, elapsed) = {
            let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Window { began: now, requests: 0 };
            let window = clients.get_or_insert_mut(Client::of(client), new);
            let mut elapsed = now.saturating_duration_since(window.began);
            if elapsed >= self.settings.window {
                *window = new();
                elapsed = Duration::ZERO;
            }
            window.requests = window.requests.saturating_add(1);
            (window.requests, elapsed)
        };
        let left = self.settings.window.saturating_sub(elapsed);
        Some(Allowance {
            limit: self.settings.max,
            remaining: self.settings.max.saturating_sub(requests),
            reset_secs: left.as_secs() + u64::from(left.subsec_nanos() > 0),
            exceeded: requests > self.settings.max,
        })
    }

    /// Adds the `x-ratelimit-…` headers to a response.
    pub fn insert_headers(&self, allowance: Allowance, headers: &mut HeaderMap) {
        headers.insert(&LIMIT, self.max_header.clone());
        headers.insert(&REMAINING, header_value(allowance.remaining.into()));
        headers.insert(&RESET, header_value(allowance.reset_secs));
    }
}

impl Client {
    fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => Self::V6(network(address)),
        }
    }
}

const fn network(address: Ipv6Addr) -> u64 {
    (address.to_bits() >> 64) as u64
}

impl Allowance {
    /// Returns the 429 response to a request that exceeds the limit, without the headers that [`Limiter::insert_headers`]
    /// adds.
    #[must_use]
    pub fn too_many_requests(&self) -> Response {
        let seconds = self.reset_secs;
        let body = serde_json::json!({
            "error": "Too Many Requests",
            "message": format!("Rate limit exceeded, retry in {seconds} seconds"),
            "statusCode": 429,
        });
        let mut response = json_response(StatusCode::TOO_MANY_REQUESTS, body.to_string());
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        response
    }
}

/// Formats a number as a header value. Small numbers are formatted in advance, because every decide response has two.
fn header_value(number: u64) -> HeaderValue {
    static SMALL: LazyLock<Vec<HeaderValue>> =
        LazyLock::new(|| (0u64..1024).map(HeaderValue::from).collect());
    let small = usize::try_from(number).ok().and_then(|number| SMALL.get(number));
    small.cloned().unwrap_or_else(|| HeaderValue::from(number))
}

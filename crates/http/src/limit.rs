//! How often a client address may ask: so many requests in a window of time.

use std::{
    collections::HashSet,
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

use crate::response::json_reply;

/// Addresses whose windows are remembered. One more displaces the one that was longest not heard of.
const REMEMBERED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(65_535);

static LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
static REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
static RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The rate limit of a client address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests in one window; at least 1.
    pub max: u32,
    /// The length of a window.
    pub window: Duration,
    /// Addresses without a limit, in canonical form (an IPv4 address is never one mapped into IPv6).
    pub unlimited: HashSet<IpAddr>,
}

/// Counts requests by client address, in fixed windows that begin with a client's first request.
#[derive(Debug)]
pub struct Limiter {
    settings: RateLimit,
    /// The maximum, as every response names it.
    max_header: HeaderValue,
    clients: Mutex<LruCache<Client, Window>>,
}

/// An IPv4 address, or a /64 of IPv6, which is what one customer is given.
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

/// What a client has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests in a window.
    pub limit: u32,
    /// Those left after this one.
    pub remaining: u32,
    /// Whole seconds until the window ends, rounded up.
    pub reset_secs: u64,
    /// Whether this request is one too many.
    pub exceeded: bool,
}

impl Limiter {
    /// A limiter that has counted nothing yet.
    #[must_use]
    pub fn new(settings: RateLimit) -> Self {
        let clients = Mutex::new(LruCache::new(REMEMBERED));
        Self { max_header: settings.max.into(), settings, clients }
    }

    /// Counts a request that comes at `now`. `None` if this client is not limited.
    pub fn count(&self, client: IpAddr, now: Instant) -> Option<Allowance> {
        let client = client.to_canonical();
        if !self.settings.unlimited.is_empty() && self.settings.unlimited.contains(&client) {
            return None;
        }
        let requests;
        let began;
        {
            let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Window { began: now, requests: 0 };
            let window = clients.get_or_insert_mut(Client::of(client), new);
            if now.saturating_duration_since(window.began) >= self.settings.window {
                *window = new();
            }
            window.requests = window.requests.saturating_add(1);
            (began, requests) = (window.began, window.requests);
        }
        let left = self.settings.window.saturating_sub(now.saturating_duration_since(began));
        Some(Allowance {
            limit: self.settings.max,
            remaining: self.settings.max.saturating_sub(requests),
            reset_secs: left.as_secs() + u64::from(left.subsec_nanos() > 0),
            exceeded: requests > self.settings.max,
        })
    }

    /// Tells a client what it has left, in an answer's headers.
    pub fn tell(&self, allowance: Allowance, headers: &mut HeaderMap) {
        headers.insert(&LIMIT, self.max_header.clone());
        headers.insert(&REMAINING, number(allowance.remaining.into()));
        headers.insert(&RESET, number(allowance.reset_secs));
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
    /// The answer to a request that is one too many, still without what [`Limiter::tell`] adds.
    #[must_use]
    pub fn refusal(&self) -> Response {
        let seconds = self.reset_secs;
        let body = serde_json::json!({
            "error": "Too Many Requests",
            "message": format!("Rate limit exceeded, retry in {seconds} seconds"),
            "statusCode": 429,
        });
        let mut response = json_reply(StatusCode::TOO_MANY_REQUESTS, body.to_string());
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        response
    }
}

/// A number as a header's value. Those that are usual are at hand, since every decision tells two.
fn number(number: u64) -> HeaderValue {
    static USUAL: LazyLock<Vec<HeaderValue>> =
        LazyLock::new(|| (0u64..1024).map(HeaderValue::from).collect());
    let usual = usize::try_from(number).ok().and_then(|number| USUAL.get(number));
    usual.cloned().unwrap_or_else(|| HeaderValue::from(number))
}

//! The rate limit per client address.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use clap::{Args, FromArgMatches};
use edgewise::options::LimitOptions;
use edgewise_http::Limiter;

fn limiter(args: &[&str]) -> Option<Limiter> {
    let command = LimitOptions::augment_args(clap::Command::new("limit").no_binary_name(true));
    let options = LimitOptions::from_arg_matches(&command.get_matches_from(args)).unwrap();
    options.rate_limit().map(Limiter::new)
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_client_that_exceeds_the_limit_is_refused_until_the_window_ends() {
    let limiter =
        limiter(&["--decide-rate-limit-max", "2", "--decide-rate-limit-window-ms", "10000"]).unwrap();
    let (client, start) = (address("10.0.0.1"), Instant::now());
    let at = |ms| limiter.count(client, start + Duration::from_millis(ms)).unwrap();

    let first = at(0);
    assert_eq!((first.limit, first.remaining, first.reset_secs, first.exceeded), (2, 1, 10, false));
    let second = at(500);
    assert_eq!((second.remaining, second.reset_secs, second.exceeded), (0, 10, false));
    let third = at(9001);
    assert_eq!((third.remaining, third.reset_secs, third.exceeded), (0, 1, true));
    let next_window = at(10_000);
    assert_eq!((next_window.remaining, next_window.reset_secs, next_window.exceeded), (1, 10, false));
}

#[test]
fn each_ipv4_address_and_each_ipv6_network_has_its_own_limit() {
    let limiter = limiter(&["--decide-rate-limit-max", "1"]).unwrap();
    let now = Instant::now();
    let refused = |client| limiter.count(address(client), now).unwrap().exceeded;
    assert!(!refused("10.0.0.1"));
    assert!(!refused("10.0.0.2"));
    assert!(refused("::ffff:10.0.0.1"), "an IPv4 address mapped into IPv6 is the same client");
    assert!(!refused("2001:db8:0:1::1"));
    assert!(refused("2001:db8:0:1:ffff::2"));
    assert!(!refused("2001:db8:0:2::1"));
}

#[test]
fn addresses_on_the_allowlist_are_not_limited() {
    let limiter =
        limiter(&["--decide-rate-limit-max", "1", "--decide-rate-limit-allowlist", "10.0.0.9,::1"]).unwrap();
    let now = Instant::now();
    for client in ["10.0.0.9", "::ffff:10.0.0.9", "::1"] {
        assert_eq!(limiter.count(address(client), now), None);
    }
    assert!(limiter.count(address("10.0.0.8"), now).is_some());
}

#[test]
fn networks_on_the_allowlist_are_not_limited() {
    let list = "10.0.0.0/8, 2001:db8::/32,::ffff:192.0.2.0/120";
    let limiter = limiter(&["--decide-rate-limit-max", "1", "--decide-rate-limit-allowlist", list]).unwrap();
    let now = Instant::now();
    for client in ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8:1::1", "192.0.2.7"] {
        assert_eq!(limiter.count(address(client), now), None, "{client}");
    }
    for client in ["11.0.0.1", "2001:db9::1", "192.0.3.1"] {
        assert!(limiter.count(address(client), now).is_some(), "{client}");
    }
}

#[test]
fn the_rate_limit_can_be_disabled() {
    assert!(limiter(&["--decide-rate-limit-enabled", "false"]).is_none());
    assert!(limiter(&["--decide-rate-limit-enabled", "0"]).is_none());
}

#[test]
fn an_active_client_is_not_evicted_by_many_other_clients() {
    let limiter = limiter(&["--decide-rate-limit-max", "10"]).unwrap();
    let now = Instant::now();
    let busy = address("192.0.2.1");
    limiter.count(busy, now);
    for other in 0..200_000u32 {
        limiter.count(IpAddr::V4(other.into()), now);
        if other % 60_000 == 0 {
            limiter.count(busy, now);
        }
    }
    assert_eq!(limiter.count(busy, now).unwrap().remaining, 10 - 6);
}

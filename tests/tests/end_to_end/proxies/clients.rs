//! The address of the client behind a proxy, by which decide requests are limited.

use super::front::Front;

const APPENDING: &str = "location / { proxy_pass http://{server};
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }";

/// Returns how many requests the client may still send, by the header of a response. `said` is what the client says of
/// itself.
#[track_caller]
fn remaining(front: &Front, said: &str) -> u64 {
    let request = front.client.request("GET", "/api/decide?env=prod&user_key=u");
    let reply = request.header("x-forwarded-for", said).send();
    reply.header("x-ratelimit-remaining").unwrap().parse().unwrap()
}

#[test]
fn clients_behind_a_trusted_proxy_have_windows_of_their_own() {
    let options = ["--decide-rate-limit-max", "10", "--trusted-proxies", "127.0.0.1"];
    let front = Front::start(&options, APPENDING);
    assert_eq!((remaining(&front, "198.51.100.1"), remaining(&front, "198.51.100.1")), (9, 8));
    assert_eq!(remaining(&front, "198.51.100.2"), 9);
    // Only the last address that is not a proxy's counts: a client can write others before it.
    assert_eq!(remaining(&front, "203.0.113.7, 198.51.100.2"), 8);
    assert_eq!(remaining(&front, "203.0.113.8, 198.51.100.2"), 7);
}

#[test]
fn an_address_that_another_proxy_claims_is_ignored() {
    let options = ["--decide-rate-limit-max", "10", "--trusted-proxies", "192.0.2.0/24"];
    let front = Front::start(&options, APPENDING);
    assert_eq!((remaining(&front, "198.51.100.1"), remaining(&front, "198.51.100.2")), (9, 8));
}

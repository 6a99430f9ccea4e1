//! Input that nobody should send, and surroundings that nobody should run it in: never a 5xx, a panic or a hang, and
//! always a word on what is wrong.

mod fields;
mod logs;
mod nesting;
mod options;
mod requests;
mod snapshots;
mod starting;

use crate::planes::Serve;

/// Checks that a server is well after what it was sent: it answers, and neither failed nor stumbled.
///
/// That nothing is published for an environment is a 503 by contract, and the only one allowed.
#[track_caller]
fn assert_well(serve: &Serve) {
    let plane = &serve.plane;
    plane.root().get("/health").is(200);
    plane.api.get("/environments").is(200);
    let metrics = plane.root().get("/metrics");
    let answers = || metrics.text().lines().filter(|line| line.starts_with("edgewise_http_requests_total"));
    assert!(answers().any(|line| line.contains("status=\"200\"")), "{}", metrics.text());
    for line in answers().filter(|line| line.contains("status=\"5")) {
        assert!(line.contains("decide") && line.contains("status=\"503\""), "{line}");
    }
    let log = plane.log();
    assert!(!log.contains("which is a bug") && !log.contains("panicked"), "{log}");
    assert!(!log.contains("internal error"), "{log}");
}

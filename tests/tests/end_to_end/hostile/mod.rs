//! Invalid input, and environments in which a plane cannot start. There is never a 5xx, a panic or a hang, and always a clear
//! error.

mod fields;
mod foreign_pages;
mod logs;
mod nesting;
mod options;
mod pooling;
mod requests;
mod snapshots;
mod starting;

use crate::planes::Serve;

/// Checks that a server is healthy after invalid input: the server responds, and has neither panicked nor sent a 5xx.
///
/// The only allowed 5xx is the 503 of a decide request for an environment without a snapshot.
#[track_caller]
fn assert_healthy(serve: &Serve) {
    let plane = &serve.plane;
    plane.root().get("/health").is(200);
    plane.api.get("/environments").is(200);
    let metrics = plane.root().get("/metrics");
    let counters = || metrics.text().lines().filter(|line| line.starts_with("edgewise_http_requests_total"));
    assert!(counters().any(|line| line.contains("status=\"200\"")), "{}", metrics.text());
    for line in counters().filter(|line| line.contains("status=\"5")) {
        assert!(line.contains("decide") && line.contains("status=\"503\""), "{line}");
    }
    let log = plane.log();
    assert!(!log.contains("which is a bug") && !log.contains("panicked"), "{log}");
    assert!(!log.contains("internal error"), "{log}");
}

//! What every database must do for the control plane. Each claim is checked on each database that is supported,
//! on a fresh one every time.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod audiences;
mod database;
mod environments;
mod experiments;
mod fixtures;
mod search;
mod versions;

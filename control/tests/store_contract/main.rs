//! The contract of the store. Each claim is checked on every supported database, on a fresh one each time.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod audiences;
mod database;
mod environments;
mod experiments;
mod fixtures;
mod imports;
mod live;
mod search;
mod versions;

//! The servers that tests need, Postgres and S3, started for one run and stopped after it.
//!
//! | module | holds |
//! |---|---|
//! | `start` | starting all servers in the background |
//! | `postgres` | installing and starting Postgres |
//! | `s3` | installing and starting an S3 server |
//! | `supervisor` | stopping servers and tests, even if this process is killed |
//! | `ports` | free ports |
//! | `environment` | the variables with the servers' addresses, for tests |
//!
//! Tests read the servers' addresses from the environment: `TEST_DATABASE_URL` and `TEST_POSTGRES_BIN`,
//! `TEST_S3_ENDPOINT`, `TEST_S3_ACCESS_KEY_ID` and `TEST_S3_SECRET_ACCESS_KEY`. A server that these variables name
//! already is used instead of a private one.

mod environment;
mod ports;
mod postgres;
mod s3;
mod start;
mod supervisor;

pub(crate) use start::{PendingServices, install};

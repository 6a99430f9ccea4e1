//! The real parts that tests need, a Postgres and an S3 server: brought for one run, gone with it.
//!
//! | module | knows |
//! |---|---|
//! | `start` | how to start all of them, beside other work |
//! | `postgres` | how to get and start a Postgres |
//! | `s3` | how to get and start an S3 server |
//! | `keeper` | how to end them and the tests, however the run ends |
//! | `ports` | where they can listen |
//! | `environment` | how tests find them |
//!
//! Tests find them by the environment: `TEST_DATABASE_URL` and `TEST_POSTGRES_BIN`, `TEST_S3_ENDPOINT`,
//! `TEST_S3_ACCESS_KEY_ID` and `TEST_S3_SECRET_ACCESS_KEY`. A server that is named there already is used instead.

mod environment;
mod keeper;
mod ports;
mod postgres;
mod s3;
mod start;

pub(crate) use start::{Starting, install};

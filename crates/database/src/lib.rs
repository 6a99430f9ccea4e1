//! SQLite and Postgres by one set of static statements, through [`sqlx::Any`].
//!
//! A crate that keeps data here has a store module of its own. The store wraps [`Database`] and [`Transaction`] in types of
//! its own, brings its tables up to date with [`Migrations`] of its own ledger, and is the only place with its SQL.
//! Columns are TEXT and BIGINT only, placeholders are `$1`, `$2`, …
//!
//! | module | holds |
//! |---|---|
//! | [`database`] | [`Database`]: the connection pool, and the turns of writers |
//! | [`transaction`] | [`Transaction`]: statements with a deadline |
//! | [`migrations`] | the steps of a schema, and the ledger that records them |
//! | [`listener`] | messages between the processes of one database |
//! | [`rows`] | columns as values |
//! | [`foreign`] | reading the database of another program |
//! | [`error`] | what can go wrong |
//! | `dialect`, `sqlite`, `postgres` | what differs between the databases |
//! | `contract_tests` | the harness of contract suites (feature `contract-tests`) |
#![forbid(unsafe_code)]

#[cfg(feature = "contract-tests")]
pub mod contract_tests;
pub mod database;
mod deadline;
mod dialect;
pub mod error;
pub mod foreign;
pub mod listener;
pub mod migrations;
mod postgres;
pub mod rows;
mod sqlite;
pub mod transaction;

pub use database::Database;
pub use error::{DatabaseError, OpenError, Result};
pub use listener::Listener;
pub use migrations::{Migrations, Step};
pub use sqlite::url as sqlite_url;
pub use transaction::Transaction;

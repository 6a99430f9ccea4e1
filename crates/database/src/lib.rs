//! SQLite and Postgres with one set of static statements, through [`sqlx::Any`].
//!
//! A crate that stores data in a database has its own store module. The store module wraps [`Database`] and
//! [`Transaction`] in its own types, runs its own [`Migrations`], which have their own ledger, and contains all of the
//! crate's SQL. Columns are TEXT and BIGINT only; placeholders are `$1`, `$2`, …
//!
//! | module | holds |
//! |---|---|
//! | [`database`] | [`Database`]: the connection pool, and the queue of writers |
//! | [`transaction`] | [`Transaction`]: statements with a deadline |
//! | [`migrations`] | the steps of a schema, and the ledger that records the steps |
//! | [`listener`] | messages between the processes of one database |
//! | [`rows`] | reading columns of rows |
//! | [`external`] | reading the database of another system |
//! | [`error`] | the errors of a database |
//! | `pooler` | finding out whether a pooler in front of Postgres keeps sessions |
//! | `dialect`, `sqlite`, `postgres` | the differences between the databases |
//! | `contract_tests` | the harness of contract suites (feature `contract-tests`) |
#![forbid(unsafe_code)]

#[cfg(feature = "contract-tests")]
pub mod contract_tests;
pub mod database;
mod deadline;
mod dialect;
pub mod error;
pub mod external;
pub mod listener;
pub mod migrations;
mod pooler;
mod postgres;
pub mod rows;
mod sqlite;
pub mod transaction;

pub use database::Database;
pub use error::{DatabaseError, OpenError, Result};
pub use listener::Listener;
pub use migrations::{Migration, Migrations};
pub use sqlite::url as sqlite_url;
pub use transaction::Transaction;

//! The migrations of the control plane's tables.

use edgewise_database::{Migration, Migrations};

/// A table that every database of a control plane has.
pub(super) const TABLE: &str = "environment";

macro_rules! step {
    ($dialect:literal, $version:literal, $file:literal, $description:literal) => {
        Migration {
            version: $version,
            description: $description,
            sql: include_str!(concat!("../../migrations/", $dialect, "/", $file, "_", $description, ".sql")),
        }
    };
}

pub(super) const MIGRATIONS: Migrations = Migrations {
    ledger: "_sqlx_migrations",
    sqlite: &[
        step!("sqlite", 1, "0001", "initial"),
        step!("sqlite", 2, "0002", "history"),
        step!("sqlite", 3, "0003", "listing"),
        step!("sqlite", 4, "0004", "overview"),
        step!("sqlite", 5, "0005", "live"),
        step!("sqlite", 6, "0006", "search"),
        step!("sqlite", 7, "0007", "changed"),
        step!("sqlite", 8, "0008", "content"),
    ],
    postgres: &[
        step!("postgres", 1, "0001", "initial"),
        step!("postgres", 2, "0002", "history"),
        step!("postgres", 3, "0003", "listing"),
        step!("postgres", 4, "0004", "overview"),
        step!("postgres", 5, "0005", "live"),
        step!("postgres", 6, "0006", "search"),
        step!("postgres", 7, "0007", "changed"),
        step!("postgres", 8, "0008", "content"),
    ],
};

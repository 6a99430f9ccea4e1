//! A pooler between a control plane and Postgres.

use edgewise_tests::{
    pgbouncer::Pgbouncer,
    process::free_address,
    services::{FreshDatabase, fresh_database},
};
use serde_json::json;
use tempfile::TempDir;

use super::starting::assert_refused;
use crate::planes::Plane;

/// What pgbouncer must ignore, because it does not know the setting that the driver sends.
const IGNORE: &str = "ignore_startup_parameters = extra_float_digits";

fn pooler(settings: &str) -> (Pgbouncer, FreshDatabase) {
    let database = fresh_database().unwrap();
    (Pgbouncer::start(database.url(), settings).unwrap(), database)
}

#[track_caller]
fn assert_pooler_refused(settings: &str, named: &[&str]) {
    let (directory, (pooler, _database)) = (TempDir::new().unwrap(), pooler(settings));
    let bind = free_address().unwrap().to_string();
    // Without a check, the first start behind an idle pooler succeeds, and what is used later fails.
    for plane in ["serve", "control", "control"] {
        let options = [plane, "--bind", &bind, "--database-url", &pooler.url()];
        assert_refused(directory.path(), &options, named);
    }
}

#[test]
fn a_pooler_that_keeps_no_prepared_statements_is_refused() {
    let needed = ["pooler", "pool_mode = session", "1.21", "max_prepared_statements", "docs/operations.md"];
    assert_pooler_refused(&format!("pool_mode = transaction\n{IGNORE}"), &needed);
    assert_pooler_refused(&format!("pool_mode = transaction\nserver_round_robin = 1\n{IGNORE}"), &needed);
    assert_pooler_refused(&format!("pool_mode = statement\n{IGNORE}"), &needed);
}

#[test]
fn a_pooler_that_refuses_a_setting_of_the_driver_is_named() {
    let needed = ["pooler", "ignore_startup_parameters = extra_float_digits", "pool_mode = session"];
    assert_pooler_refused("pool_mode = transaction", &needed);
    assert_pooler_refused("pool_mode = session", &needed);
}

#[test]
fn a_pooler_in_session_mode_is_like_postgres() {
    let (pooler, _database) = pooler(&format!("pool_mode = session\ndefault_pool_size = 60\n{IGNORE}"));
    let directories = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let [one, other] = directories
        .each_ref()
        .map(|directory| Plane::start("control", directory.path(), &["--database-url", &pooler.url()]));
    one.api.post("/environments", &json!({"name": "prod"})).is(201);
    assert_eq!(other.api.get("/environments").is(200)["data"].as_array().map(Vec::len), Some(1));
    for plane in [one, other] {
        assert!(!plane.log().contains("WARN"), "{}", plane.log());
        assert_eq!(plane.stop().code(), Some(0));
    }
}

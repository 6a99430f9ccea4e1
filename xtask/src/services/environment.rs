//! How tests find the services, and what is said of them.

use std::{env, ffi::OsString};

/// A variable of the tests' environment.
pub(super) type Variable = (&'static str, OsString);

/// A variable that is set to something.
pub(super) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

pub(super) fn say(what: &str) {
    eprintln!("services: {what}");
}

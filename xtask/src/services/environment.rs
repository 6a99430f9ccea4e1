//! The environment of tests, and progress messages.

use std::{env, ffi::OsString};

/// A variable of the tests' environment: its name and value.
pub(super) type Variable = (&'static str, OsString);

/// Returns a variable of this process, unless it is empty.
pub(super) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// Prints a progress message.
pub(super) fn report(message: &str) {
    eprintln!("services: {message}");
}

//! Programs on a core of their own.

use std::{ffi::OsStr, process::Command};

use anyhow::Result;

use crate::cargo;

/// A command that runs a program on one core, so that the scheduler moves nothing.
///
/// # Errors
/// As [`cargo::root`].
pub(super) fn on_core(core: u8, program: impl AsRef<OsStr>) -> Result<Command> {
    if Command::new("taskset").arg("--version").output().is_err() {
        eprintln!("bench: not pinned to one core, as there is no taskset (package util-linux): expect noise");
        return cargo::command(program);
    }
    let mut command = cargo::command("taskset")?;
    command.args(["--cpu-list", &core.to_string()]).arg(program);
    Ok(command)
}

//! Pinning programs to a core.

use std::{ffi::OsStr, process::Command};

use anyhow::Result;

use crate::cargo;

/// Returns a command that runs a program on one core.
///
/// Without `taskset`, the program is not pinned, and a warning is printed.
///
/// # Errors
/// As [`cargo::root`].
pub(super) fn on_core(core: u8, program: impl AsRef<OsStr>) -> Result<Command> {
    if Command::new("taskset").arg("--version").output().is_err() {
        eprintln!(
            "bench: cannot pin the program to one core without taskset (package util-linux): expect noise"
        );
        return cargo::command(program);
    }
    let mut command = cargo::command("taskset")?;
    command.args(["--cpu-list", &core.to_string()]).arg(program);
    Ok(command)
}

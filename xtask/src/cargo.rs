//! Running cargo and other programs from the repository's root.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// Returns the repository's root.
///
/// Cargo passes the path in the environment. The path is not compiled in, because clones can share a target directory.
///
/// # Errors
/// If cargo did not start this program.
pub(crate) fn root() -> Result<PathBuf> {
    let package = env::var_os("CARGO_MANIFEST_DIR")
        .context("cannot find the repository: start this program as `cargo xtask …`")?;
    let root = Path::new(&package)
        .parent()
        .context("the directory of xtask has no parent: xtask must be in the repository")?;
    Ok(root.to_owned())
}

/// Returns the directory that cargo builds into.
///
/// # Errors
/// As [`root`].
pub(crate) fn target_directory() -> Result<PathBuf> {
    let directory = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    Ok(root()?.join(directory))
}

/// Returns a command that runs `program` in the repository's root.
///
/// # Errors
/// As [`root`].
pub(crate) fn command(program: impl AsRef<OsStr>) -> Result<Command> {
    let mut command = Command::new(program);
    command.current_dir(root()?);
    Ok(command)
}

/// Returns a command that runs `cargo` with `arguments` in the repository's root.
///
/// # Errors
/// As [`root`].
pub(crate) fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Result<Command> {
    let mut cargo = command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))?;
    cargo.args(arguments);
    Ok(cargo)
}

/// Returns the line that one would type to run a command.
pub(crate) fn command_line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Runs a command in this terminal, and waits for its end.
///
/// # Errors
/// If the command cannot be started or fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = command_line(command);
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs a command without output, and waits for its end.
///
/// # Errors
/// If the command cannot be started or fails. The error contains the command's output.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    let line = command_line(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        let output_text = [output.stdout, output.stderr].concat();
        bail!("`{line}` failed ({}):\n{}", output.status, String::from_utf8_lossy(&output_text).trim());
    }
    Ok(())
}

/// Returns what a command prints to its standard output.
///
/// # Errors
/// If the command cannot be started or fails, or prints nothing. The error contains the command's other output.
pub(crate) fn read(command: &mut Command) -> Result<Vec<u8>> {
    let line = command_line(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` failed ({}):\n{}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    ensure!(!output.stdout.is_empty(), "`{line}` printed nothing");
    Ok(output.stdout)
}

/// Returns what a command prints, if it can be started and succeeds.
pub(crate) fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// Builds with `cargo <arguments>`, and returns the path of the executable `name`.
///
/// # Errors
/// If the build fails, or produces no such executable.
pub(crate) fn build_executable(name: &str, arguments: &[&str]) -> Result<PathBuf> {
    // Cargo lists what it built as JSON on stdout, and reports progress on stderr.
    let mut build = cargo(arguments)?;
    build.arg("--message-format=json-render-diagnostics").stdout(Stdio::piped());
    let line = command_line(&build);
    let mut child = build.spawn().with_context(|| format!("cannot start `{line}`"))?;
    let mut executable = None;
    for message in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufReader::lines) {
        let message: Value = serde_json::from_str(&message?).unwrap_or_default();
        let path = message.get("executable").and_then(Value::as_str);
        // The unit tests of a program are an executable with the program's name.
        let is_unit_tests = message.pointer("/profile/test") == Some(&Value::Bool(true))
            && message.pointer("/target/kind/0").and_then(Value::as_str) != Some("bench");
        if message.pointer("/target/name").and_then(Value::as_str) == Some(name) && !is_unit_tests {
            executable = path.map(PathBuf::from).or(executable);
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    executable.with_context(|| format!("`{line}` built no executable `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_or_prints_nothing_is_not_read() {
        let read = |script: &str| read(Command::new("sh").args(["-c", script]));
        assert_eq!(read("printf text").unwrap(), b"text");
        let problem = read("echo text; echo no space >&2; exit 3").unwrap_err().to_string();
        assert!(problem.contains("no space") && problem.contains('3'), "{problem}");
        assert!(read("true").is_err());
    }
}

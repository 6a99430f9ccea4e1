//! Calling cargo and other programs, always from the repository's root.

use std::{
    env,
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The repository's root.
///
/// # Errors
/// If it was not cargo that started this program: it says where the sources are. (They are not compiled in,
/// because clones can share a target directory.)
pub(crate) fn root() -> Result<PathBuf> {
    let package = env::var_os("CARGO_MANIFEST_DIR").context("start this program as `cargo xtask …`")?;
    let root = Path::new(&package).parent().context("xtask must lie in the repository")?;
    Ok(root.to_owned())
}

/// Where cargo builds.
///
/// # Errors
/// As [`root`].
pub(crate) fn target_directory() -> Result<PathBuf> {
    let directory = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    Ok(root()?.join(directory))
}

/// A command that runs `program` in the repository's root.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Result<Command> {
    let mut command = Command::new(program);
    command.current_dir(root()?);
    Ok(command)
}

/// `cargo` with these arguments, in the repository's root.
pub(crate) fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Result<Command> {
    let mut cargo = command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))?;
    cargo.args(arguments);
    Ok(cargo)
}

/// A command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Runs a command to its end, in this terminal.
///
/// # Errors
/// If it cannot be started or fails.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Runs a command to its end, and shows what it prints only if it fails.
///
/// # Errors
/// If it cannot be started or fails; with what it printed.
pub(crate) fn succeed_quietly(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{shown}`"))?;
    if !output.status.success() {
        let printed = [output.stdout, output.stderr].concat();
        bail!("`{shown}` failed ({}):\n{}", output.status, String::from_utf8_lossy(&printed).trim());
    }
    Ok(())
}

/// What a command prints, if it can be started and succeeds.
pub(crate) fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// Builds with `cargo <arguments>` and returns the path of the executable called `name`.
///
/// # Errors
/// If the build fails, or makes no such executable.
pub(crate) fn build_executable(name: &str, arguments: &[&str]) -> Result<PathBuf> {
    // Cargo tells programs what it built in JSON, and people how it goes on stderr.
    let mut build = cargo(arguments)?;
    build.arg("--message-format=json-render-diagnostics").stdout(Stdio::piped());
    let shown = shown(&build);
    let mut child = build.spawn().with_context(|| format!("cannot start `{shown}`"))?;
    let mut executable = None;
    for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufReader::lines) {
        let message: Value = serde_json::from_str(&line?).unwrap_or_default();
        let path = message.get("executable").and_then(Value::as_str);
        // The tests within a program make an executable of the same name.
        let holds_its_tests = message.pointer("/profile/test") == Some(&Value::Bool(true))
            && message.pointer("/target/kind/0").and_then(Value::as_str) != Some("bench");
        if message.pointer("/target/name").and_then(Value::as_str) == Some(name) && !holds_its_tests {
            executable = path.map(PathBuf::from).or(executable);
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    executable.with_context(|| format!("`{shown}` built no executable `{name}`"))
}

/// Whether two files are there and hold the same.
pub(crate) fn same(left: &Path, right: &Path) -> bool {
    let (Ok(left), Ok(right)) = (fs::read(left), fs::read(right)) else { return false };
    left == right
}

//! `cargo xtask tidy`: the rules of the house that the compiler cannot check.
//!
//! A rule is a pure function from a file (or from what cargo knows of the workspace) to findings, with tests
//! that show what it finds and what it lets pass. To add one, write such a function and call it from
//! [`check_file`] or [`check_house`].

mod arrows;
mod layers;
mod leftovers;
mod origins;
mod rust_source;
mod size;

use std::{fmt, fs, io::ErrorKind};

use anyhow::{Context, Result, bail};

use crate::cargo;
use rust_source::RustSource;

/// Where the rules are. Their sources name what they look for.
const TIDY: &str = "xtask/src/tidy/";

/// Something that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// Counts from 1. The file as a whole is 0.
    line: usize,
    problem: String,
    /// What to do about it.
    remedy: &'static str,
}

impl Finding {
    fn new(path: &str, line: usize, problem: impl Into<String>, remedy: &'static str) -> Self {
        Self { path: path.to_owned(), line, problem: problem.into(), remedy }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}\n    {}", self.problem, self.remedy)
    }
}

/// Checks the repository and prints all findings.
///
/// # Errors
/// If there are findings, or the repository cannot be read.
pub(crate) fn run() -> Result<()> {
    let (files, mut findings) = check_files()?;
    findings.extend(check_house()?);
    findings.sort_by(|left, right| (&left.path, left.line).cmp(&(&right.path, right.line)));
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => {
            eprintln!("tidy: {files} files, nothing found");
            Ok(())
        }
        1 => bail!("tidy: 1 finding"),
        several => bail!("tidy: {several} findings"),
    }
}

/// The rules about the workspace.
fn check_house() -> Result<Vec<Finding>> {
    let mut metadata = cargo::cargo(["metadata", "--no-deps", "--format-version=1"])?;
    let metadata = cargo::output_of(&mut metadata).context("`cargo metadata` failed: run it to see why")?;
    arrows::check(&serde_json::from_str(&metadata)?)
}

/// The rules about files, over all that git tracks or would track. Returns how many it looked at, too.
fn check_files() -> Result<(usize, Vec<Finding>)> {
    let mut list = cargo::command("git")?;
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let list = cargo::output_of(&mut list).context("cannot list files: tidy needs git, and a clone")?;

    let root = cargo::root()?;
    let mut findings = Vec::new();
    let mut count = 0;
    for path in list.split_terminator('\0') {
        let bytes = match fs::read(root.join(path)) {
            Ok(bytes) => bytes,
            // Deleted, but not yet in git's eyes; or a link to a directory.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
        };
        count += 1;
        findings.extend(check_file(path, &bytes));
    }
    Ok((count, findings))
}

fn check_file(path: &str, bytes: &[u8]) -> Vec<Finding> {
    let mut findings = size::check_bytes(path, bytes.len());
    // What is no text is only weighed.
    let Ok(text) = str::from_utf8(bytes) else { return findings };
    findings.extend(size::check_lines(path, text));
    findings.extend(origins::check(path, text));
    if path.ends_with(".rs") {
        let source = RustSource::parse(text);
        findings.extend(layers::check(path, &source));
        findings.extend(leftovers::check(path, text, &source));
    }
    findings
}

/// The lines on which a rule found something, for tests.
#[cfg(test)]
fn lines(findings: &[Finding]) -> Vec<usize> {
    findings.iter().map(|finding| finding.line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_says_where_it_is_what_it_is_and_what_to_do() {
        let finding = Finding::new("api/src/x.rs", 3, "knows too much", "move it");
        assert_eq!(finding.to_string(), "api/src/x.rs:3: knows too much\n    move it");
        let finding = Finding::new("big.bin", 0, "is big", "drop it");
        assert_eq!(finding.to_string(), "big.bin: is big\n    drop it");
    }

    #[test]
    fn every_rule_about_files_is_applied() {
        let text = "use sqlx::Any;\nfn f() { todo!() }\n// see /home/me/notes\n";
        assert_eq!(lines(&check_file("api/src/x.rs", text.as_bytes())), [3, 1, 2]);
        assert_eq!(lines(&check_file("engine/target/x", b"")), [0]);
        let long = "\n".repeat(700);
        assert_eq!(check_file("api/src/x.rs", long.as_bytes()).len(), 1);
    }

    #[test]
    fn what_is_no_text_is_only_weighed() {
        assert_eq!(check_file("picture.rs", b"\xff /home/me/ todo!()"), []);
    }
}

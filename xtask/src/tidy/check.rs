//! Applies all rules.
//!
//! A rule is a pure function from a file, from what cargo knows of the workspace, or from what files name of each other, to
//! findings. To add one, write such a function and call it from [`check_file`] or [`check_house`].

use std::{collections::BTreeMap, fs, io::ErrorKind};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{
    arrows, circles,
    finding::Finding,
    graph::{Crate, Mentions},
    layers, leftovers, metadata, modules, origins,
    rust_source::RustSource,
    size,
};
use crate::cargo;

/// Checks the repository and prints all findings.
///
/// # Errors
/// If there are findings, or the repository cannot be read.
pub(crate) fn run() -> Result<()> {
    let files = read_files()?;
    let mut findings: Vec<_> = files.iter().flat_map(|(path, bytes)| check_file(path, bytes)).collect();
    findings.extend(check_house(&metadata::read()?, &files)?);
    findings.sort_by(|left, right| (&left.path, left.line).cmp(&(&right.path, right.line)));
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => {
            eprintln!("tidy: {} files, nothing found", files.len());
            Ok(())
        }
        1 => bail!("tidy: 1 finding"),
        several => bail!("tidy: {several} findings"),
    }
}

/// All files that git tracks or would track.
fn read_files() -> Result<BTreeMap<String, Vec<u8>>> {
    let mut list = cargo::command("git")?;
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let list = cargo::output_of(&mut list).context("cannot list files: tidy needs git, and a clone")?;

    let root = cargo::root()?;
    let mut files = BTreeMap::new();
    for path in list.split_terminator('\0') {
        match fs::read(root.join(path)) {
            Ok(bytes) => files.insert(path.to_owned(), bytes),
            // Deleted, but not yet in git's eyes; or a link to a directory.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
        };
    }
    Ok(files)
}

/// The rules about the workspace as a whole.
fn check_house(metadata: &Value, files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<Finding>> {
    let mut findings = arrows::check(metadata)?;
    let sources = files.iter().filter(|(path, _)| path.ends_with(".rs"));
    let sources =
        sources.filter_map(|(path, bytes)| Some((path.clone(), str::from_utf8(bytes).ok()?.to_owned())));
    let mentions = Mentions::read(&sources.collect(), &Crate::list(metadata)?);
    findings.extend(circles::check(&mentions.all));
    findings.extend(modules::check(&mentions.all));
    findings.extend(mentions.unreadable.iter().map(|(path, problem)| {
        Finding::new(path, 0, format!("is no Rust: {problem}"), "let it compile first")
    }));
    Ok(findings)
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

#[cfg(test)]
mod tests {
    use super::{super::finding::lines, *};

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

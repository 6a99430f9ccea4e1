//! Applies all rules to the repository.
//!
//! A rule is a pure function that returns findings. Its input is a file, the output of `cargo metadata`, or the names
//! that files use of each other. A new rule is called from [`check_file`] or [`check_workspace`].

use std::{collections::BTreeMap, fs, io::ErrorKind};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::{
    arrows, circles,
    finding::Finding,
    graph::{Crate, Mentions},
    layers, leftovers, metadata, modules, origins, principals,
    rust_source::RustSource,
    size, stale,
};
use crate::cargo;

/// Checks the repository and prints all findings.
///
/// # Errors
/// If there are findings, or the repository cannot be read.
pub(crate) fn run() -> Result<()> {
    let files = read_files()?;
    let mut findings: Vec<_> = files.iter().flat_map(|(path, bytes)| check_file(path, bytes)).collect();
    findings.extend(check_workspace(&metadata::read()?, &files)?);
    findings.sort_by(|left, right| (&left.path, left.line).cmp(&(&right.path, right.line)));
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => {
            eprintln!("tidy: no findings in {} files", files.len());
            Ok(())
        }
        1 => bail!("tidy: 1 finding"),
        several => bail!("tidy: {several} findings"),
    }
}

/// Reads all files that git tracks or would track.
fn read_files() -> Result<BTreeMap<String, Vec<u8>>> {
    let mut list = cargo::command("git")?;
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let list =
        cargo::output_of(&mut list).context("cannot list the files: tidy needs git and a git clone")?;

    let root = cargo::root()?;
    let mut files = BTreeMap::new();
    for path in list.split_terminator('\0') {
        match fs::read(root.join(path)) {
            Ok(bytes) => files.insert(path.to_owned(), bytes),
            // A deleted file that git still tracks, or a link to a directory.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
        };
    }
    ensure!(!files.is_empty(), "git lists no files of the repository: tidy needs a git clone");
    Ok(files)
}

/// Applies the rules about the workspace.
fn check_workspace(metadata: &Value, files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<Finding>> {
    let mut findings = arrows::check(metadata)?;
    findings.extend(stale::check(&rule_paths(), &files.keys().map(String::as_str).collect::<Vec<_>>()));
    findings.extend(principals::check_creators(|path| str::from_utf8(files.get(path)?).ok()));
    let sources = files.iter().filter(|(path, _)| path.ends_with(".rs"));
    let sources =
        sources.filter_map(|(path, bytes)| Some((path.clone(), str::from_utf8(bytes).ok()?.to_owned())));
    let mentions = Mentions::read(&sources.collect(), &Crate::list(metadata)?);
    findings.extend(circles::check(&mentions.all));
    findings.extend(modules::check(&mentions.all));
    findings.extend(mentions.unreadable.iter().map(|(path, problem)| {
        Finding::new(path, 0, format!("cannot be parsed: {problem}"), "correct the syntax")
    }));
    Ok(findings)
}

/// Returns the files, directories and modules that rules name.
fn rule_paths() -> Vec<&'static str> {
    [arrows::rule_paths(), modules::rule_paths(), layers::rule_paths()].concat()
}

/// Applies the rules about single files.
fn check_file(path: &str, bytes: &[u8]) -> Vec<Finding> {
    let mut findings = size::check_bytes(path, bytes.len());
    // The other rules are about text.
    let Ok(text) = str::from_utf8(bytes) else { return findings };
    findings.extend(size::check_lines(path, text));
    findings.extend(origins::check(path, text));
    findings.extend(leftovers::check_script(path, text));
    if path.ends_with(".rs") {
        let source = RustSource::parse(text);
        findings.extend(layers::check(path, &source));
        findings.extend(leftovers::check(path, text, &source));
        findings.extend(principals::check(path, &source));
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
    fn only_the_size_of_binary_files_is_checked() {
        assert_eq!(check_file("picture.rs", b"\xff /home/me/ todo!()"), []);
    }
}

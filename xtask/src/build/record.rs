//! Results of slow steps, kept until the input, a tool or an option changes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// A file that says from what a step made its results, and what the results were.
pub(super) struct Record {
    file: PathBuf,
    source: String,
}

impl Record {
    /// Describes the results of a step: from which files, by which tools and with which options they are made.
    ///
    /// `recipe` contains the versions of the tools, and all options. A tool that only makes the input, such as the
    /// compiler, is not needed in the recipe, because the content of the input is compared.
    ///
    /// # Errors
    /// If an input cannot be read.
    pub(super) fn new(file: PathBuf, recipe: &str, inputs: &[&Path]) -> Result<Self> {
        Ok(Self { file, source: format!("{recipe}\n{}", digests(inputs)?) })
    }

    /// Returns whether the results exist, and were made from the same input by the same tools with the same options.
    pub(super) fn covers(&self, results: &[&Path]) -> bool {
        // Without the record or a result, there is nothing to keep.
        let (Ok(recorded), Ok(results)) = (fs::read_to_string(&self.file), digests(results)) else {
            return false;
        };
        recorded == self.text(&results)
    }

    /// Makes the results, unless the existing results are as recorded.
    ///
    /// # Errors
    /// If `make` fails, or a result cannot be read.
    pub(super) fn make(&self, results: &[&Path], make: impl FnOnce() -> Result<()>) -> Result<()> {
        if self.covers(results) {
            return Ok(());
        }
        make()?;
        self.write(results)
    }

    /// Writes the record of results that were just made.
    ///
    /// # Errors
    /// If a result cannot be read, or the record cannot be written.
    pub(super) fn write(&self, results: &[&Path]) -> Result<()> {
        let text = self.text(&digests(results)?);
        fs::write(&self.file, text).with_context(|| format!("cannot write {}", self.file.display()))
    }

    fn text(&self, results: &str) -> String {
        format!("from:\n{}\nmade:\n{results}", self.source)
    }
}

/// Returns the SHA-256 of a file, in hexadecimal digits.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn digest(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

fn digests(files: &[&Path]) -> Result<String> {
    let lines: Result<Vec<_>> = files
        .iter()
        .map(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            Ok(format!("{} {name}\n", digest(file)?))
        })
        .collect();
    Ok(lines?.concat())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use anyhow::bail;
    use tempfile::TempDir;

    use super::*;

    struct Step {
        directory: TempDir,
        made: Cell<u32>,
    }

    impl Step {
        fn new() -> Self {
            let step = Self { directory: TempDir::new().unwrap(), made: Cell::new(0) };
            fs::write(step.path("input"), "a").unwrap();
            step
        }

        fn path(&self, name: &str) -> PathBuf {
            self.directory.path().join(name)
        }

        /// Runs the step, and returns whether the result was made.
        fn run(&self, recipe: &str) -> bool {
            let (before, output) = (self.made.get(), self.path("output"));
            let record = Record::new(self.path("record"), recipe, &[&self.path("input")]).unwrap();
            let make = || {
                self.made.set(before + 1);
                fs::write(&output, recipe).map_err(Into::into)
            };
            record.make(&[&output], make).unwrap();
            self.made.get() > before
        }
    }

    #[test]
    fn a_result_is_kept_while_nothing_changes() {
        let step = Step::new();
        assert!(step.run("wasm-opt 1 -Os"));
        assert!(!step.run("wasm-opt 1 -Os"));
    }

    #[test]
    fn another_tool_another_option_and_another_input_make_the_result_anew() {
        let step = Step::new();
        assert!(step.run("wasm-opt 1 -Os"));
        assert!(step.run("wasm-opt 2 -Os"));
        assert!(step.run("wasm-opt 2 -Oz"));
        fs::write(step.path("input"), "b").unwrap();
        assert!(step.run("wasm-opt 2 -Oz"));
        assert!(!step.run("wasm-opt 2 -Oz"));
    }

    #[test]
    fn a_missing_or_damaged_result_is_made_anew() {
        let step = Step::new();
        assert!(step.run("wasm-opt 1"));
        fs::write(step.path("output"), "").unwrap();
        assert!(step.run("wasm-opt 1"));
        fs::remove_file(step.path("output")).unwrap();
        assert!(step.run("wasm-opt 1"));
        fs::remove_file(step.path("record")).unwrap();
        assert!(step.run("wasm-opt 1"));
    }

    #[test]
    fn a_failed_step_is_not_recorded() {
        let step = Step::new();
        fs::write(step.path("output"), "old").unwrap();
        let record = Record::new(step.path("record"), "wasm-opt 1", &[&step.path("input")]).unwrap();
        assert!(record.make(&[&step.path("output")], || bail!("no memory")).is_err());
        assert!(step.run("wasm-opt 1"));
    }

    #[test]
    fn a_missing_input_is_an_error() {
        let step = Step::new();
        assert!(Record::new(step.path("record"), "wasm-opt 1", &[&step.path("nothing")]).is_err());
    }
}

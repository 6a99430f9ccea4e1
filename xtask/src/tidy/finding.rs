//! The result of a rule.

use std::fmt;

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) path: String,
    /// Counts from 1; 0 for the file as a whole.
    pub(super) line: usize,
    pub(super) problem: String,
    /// What to do.
    pub(super) remedy: &'static str,
}

impl Finding {
    pub(super) fn new(path: &str, line: usize, problem: impl Into<String>, remedy: &'static str) -> Self {
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

/// Returns the lines of findings.
#[cfg(test)]
pub(super) fn lines(findings: &[Finding]) -> Vec<usize> {
    findings.iter().map(|finding| finding.line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finding_prints_its_place_problem_and_remedy() {
        let finding = Finding::new("api/src/x.rs", 3, "knows too much", "move it");
        assert_eq!(finding.to_string(), "api/src/x.rs:3: knows too much\n    move it");
        let finding = Finding::new("big.bin", 0, "is big", "drop it");
        assert_eq!(finding.to_string(), "big.bin: is big\n    drop it");
    }
}

//! The errors of loading a ruleset.

use super::layout::FORMAT;

/// The error of loading a ruleset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesetError {
    /// The bytes do not begin as a ruleset does.
    #[error("not a ruleset")]
    Foreign,
    /// The ruleset has a format other than [`FORMAT`].
    #[error(
        "the ruleset has format {0}, and this engine reads format {FORMAT}: use a matching version of Edgewise"
    )]
    Format(u32),
    /// The ruleset needs capabilities that this engine lacks.
    #[error(
        "the ruleset needs capabilities {0:#x}, which this engine lacks: use a newer version of Edgewise"
    )]
    Unsupported(u32),
    /// Bytes are missing, or were added or changed.
    #[error("the ruleset is damaged: {0}")]
    Damaged(&'static str),
}

//! Why bytes are refused.

use super::layout::FORMAT;

/// Why bytes are no ruleset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesetError {
    /// They begin otherwise.
    #[error("not a ruleset")]
    Foreign,
    /// Another format than [`FORMAT`].
    #[error(
        "the ruleset has format {0}, and this engine reads format {FORMAT}: use a matching version of Edgewise"
    )]
    Format(u32),
    /// It needs what this engine cannot do.
    #[error(
        "the ruleset needs capabilities {0:#x}, which this engine lacks: use a newer version of Edgewise"
    )]
    Unsupported(u32),
    /// Bytes are missing, were added or changed.
    #[error("the ruleset is damaged: {0}")]
    Damaged(&'static str),
}

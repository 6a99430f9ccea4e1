//! The differences between two versions.

use edgewise_api::resources::Status;

/// The differences between two versions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Comparison {
    /// The version's number.
    pub(crate) version: u64,
    /// The version that this one is compared with. `None` for the first version.
    pub(crate) against: Option<u64>,
    /// Experiments and flags that only this version has.
    pub(crate) added: usize,
    /// Experiments and flags that only the other version has.
    pub(crate) removed: usize,
    /// Experiments and flags that both versions have with different content.
    pub(crate) changed: usize,
    /// Whether the order of evaluation differs.
    pub(crate) reordered: bool,
    /// The differences, up to a maximum number.
    pub(crate) items: Vec<Item>,
}

impl Comparison {
    /// Returns whether both versions have the same content.
    pub(crate) const fn is_empty(&self) -> bool {
        self.added + self.removed + self.changed == 0 && !self.reordered
    }

    /// Returns the number of differences that are not listed.
    pub(crate) const fn unlisted(&self) -> usize {
        (self.added + self.removed + self.changed).saturating_sub(self.items.len())
    }
}

/// The differences of an experiment or flag.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) change: Change,
    pub(crate) key: String,
    /// The id, for an experiment.
    pub(crate) experiment: Option<String>,
    /// The fields that differ; all fields if only one version has the experiment.
    pub(crate) fields: Vec<Field>,
    /// What is saved of the experiment, if the version that this one is compared with is live.
    pub(crate) not_as_saved: Option<NotAsSaved>,
}

/// An experiment whose saved state is not what is live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotAsSaved {
    /// The saved status. `None` if the experiment was deleted.
    pub(crate) status: Option<Status>,
    /// What is live instead, as [`live_difference`](crate::model::live_difference) describes it.
    pub(crate) live: String,
}

/// The kind of a difference, from the other version to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Added,
    Removed,
    Changed,
}

/// A field before and after. A side is empty if that version does not have the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// The label of the field.
    pub(crate) name: String,
    /// The lines in the other version.
    pub(crate) before: Vec<Run>,
    /// The lines in this version.
    pub(crate) after: Vec<Run>,
}

/// Consecutive lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The lines, without a line break at the end.
    pub(crate) text: String,
    /// Whether the lines differ from the other side.
    pub(crate) differs: bool,
}

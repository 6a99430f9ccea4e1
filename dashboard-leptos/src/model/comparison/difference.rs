//! How two versions differ, as people read it.

/// How a version differs from another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Comparison {
    /// The version.
    pub(crate) version: u64,
    /// The version that it is compared with, if there is one.
    pub(crate) against: Option<u64>,
    /// How many experiments and flags are in this version only.
    pub(crate) added: usize,
    /// How many are in the other version only.
    pub(crate) removed: usize,
    /// How many are in both, and not the same.
    pub(crate) changed: usize,
    /// Whether what is in both is decided in another order.
    pub(crate) reordered: bool,
    /// What differs, up to a number that can be read.
    pub(crate) things: Vec<Thing>,
}

impl Comparison {
    /// Whether the two have the same content.
    pub(crate) const fn is_empty(&self) -> bool {
        self.added + self.removed + self.changed == 0 && !self.reordered
    }

    /// How many differ beyond those that are listed.
    pub(crate) const fn unlisted(&self) -> usize {
        (self.added + self.removed + self.changed).saturating_sub(self.things.len())
    }
}

/// How an experiment or flag differs.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    /// What became of it.
    pub(crate) change: Change,
    /// What code calls it by.
    pub(crate) key: String,
    /// Its id, if it is an experiment.
    pub(crate) experiment: Option<String>,
    /// In what it differs, or, if it is in one version only, what it is like there.
    pub(crate) fields: Vec<Field>,
}

/// What became of something from the other version to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Added,
    Removed,
    Changed,
}

/// A field, before and after. Nothing stands where it was or is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// What it is called.
    pub(crate) name: String,
    /// In the other version.
    pub(crate) before: Vec<Run>,
    /// In this version.
    pub(crate) after: Vec<Run>,
}

/// Lines that follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The lines, without a break at the end.
    pub(crate) text: String,
    /// Whether the other side has others instead.
    pub(crate) differs: bool,
}

use super::Status;

/// The experiments that a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExperimentFilter<'a> {
    /// UUID of an environment: only its experiments are listed.
    pub environment_id: Option<&'a str>,
    /// Only experiments of this status.
    pub status: Option<Status>,
}

/// A search for experiments, and the order of its results.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExperimentQuery<'a> {
    /// Only experiments that pass this filter.
    pub filter: ExperimentFilter<'a>,
    /// Only experiments whose name or key contains this text. The case of letters from A to Z does not matter.
    pub text: Option<&'a str>,
    /// The property to sort by. Of equal experiments the newest comes first.
    pub sort: ExperimentSort,
    /// From the last to the first.
    pub descending: bool,
}

/// The property that a list of experiments is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExperimentSort {
    /// The name, whatever the case of its letters from A to Z.
    Name,
    /// The status, in the order of [`Status::ALL`].
    Status,
    /// The time of the last change.
    #[default]
    Updated,
}

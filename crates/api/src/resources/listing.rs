use super::Status;
use crate::search::Search;

/// The experiments that a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExperimentFilter<'a> {
    /// UUID of an environment: only its experiments are listed.
    pub environment_id: Option<&'a str>,
    /// Only experiments of this status.
    pub status: Option<Status>,
    /// Only experiments whose name and key together contain all words of this search.
    pub search: Option<&'a Search>,
}

/// The audiences that a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct AudienceFilter<'a> {
    /// UUID of an environment: only its audiences are listed.
    pub environment_id: Option<&'a str>,
    /// Only audiences whose name contains all words of this search.
    pub search: Option<&'a Search>,
}

/// A list of experiments in an order.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExperimentQuery<'a> {
    /// Only experiments that pass this filter.
    pub filter: ExperimentFilter<'a>,
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

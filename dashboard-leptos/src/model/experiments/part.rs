use serde::{Deserialize, Serialize};

use crate::model::{Kept, one_of};

/// The part of an experiment that a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ExperimentPart {
    /// Name and description.
    Details,
    /// Audience and targeting rules.
    Targeting,
    Status,
    Variants,
    Allocations,
}

impl Kept for ExperimentPart {
    fn read(json: &str) -> Option<Self> {
        let all = [Self::Details, Self::Targeting, Self::Status, Self::Variants, Self::Allocations];
        one_of(all, json)
    }
}

impl ExperimentPart {
    /// Returns the name of the part, and the CSS selector of its section.
    pub(crate) const fn name_and_section(self) -> (&'static str, &'static str) {
        match self {
            Self::Details => ("Name and description", "#content"),
            Self::Targeting => ("Audience and targeting", "#targeting"),
            Self::Status => ("Status", "#content"),
            Self::Variants => ("Variants", "#variants"),
            Self::Allocations => ("Split", "#allocation"),
        }
    }
}

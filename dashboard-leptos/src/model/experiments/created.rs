use serde::{Deserialize, Serialize};

use crate::model::Publication;

/// The result of creating an experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreatedExperiment {
    /// The experiment's UUID.
    pub(crate) id: String,
    /// Whether the experiment is live.
    pub(crate) publication: Publication,
    /// The problem of the step that failed. The experiment is a draft then, and earlier steps are saved.
    pub(crate) problem: Option<String>,
}

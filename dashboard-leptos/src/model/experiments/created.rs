use serde::{Deserialize, Serialize};

use crate::model::Publication;

/// The result of creating an experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreatedExperiment {
    /// The experiment's UUID.
    pub(crate) id: String,
    /// Whether the experiment is live.
    pub(crate) publication: Publication,
}

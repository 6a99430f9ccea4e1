use serde::{Deserialize, Serialize};

use crate::model::Publication;

/// What has become of a new experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Made {
    /// UUID of the experiment.
    pub(crate) id: String,
    /// Whether it is live.
    pub(crate) publication: Publication,
    /// What could not be done. It is a draft then, and what was done before is kept.
    pub(crate) problem: Option<String>,
}

//! Changes of an experiment.

#[cfg(not(target_family = "wasm"))]
use edgewise_api::ApiError;
use edgewise_api::resources::{AllocationsPut, ExperimentPatch, Status, StatusPatch, VariantsPatch};
use serde::Serialize;

use super::ExperimentPart;

/// A change of a part of an experiment: the request that the REST API takes for this part.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum ExperimentChange {
    Details(ExperimentPatch),
    Targeting(ExperimentPatch),
    #[cfg_attr(target_family = "wasm", expect(dead_code, reason = "a page writes the request for itself"))]
    Status(StatusPatch),
    Variants(VariantsPatch),
    Allocations(AllocationsPut),
}

impl ExperimentChange {
    /// Reads a request body.
    ///
    /// # Errors
    /// Returns 400 with the name of the invalid field.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn from_body(part: ExperimentPart, body: &[u8]) -> Result<Self, ApiError> {
        Ok(match part {
            ExperimentPart::Details => Self::Details(ExperimentPatch::from_body(body)?),
            ExperimentPart::Targeting => Self::Targeting(ExperimentPatch::from_body(body)?),
            ExperimentPart::Status => Self::Status(StatusPatch::from_body(body)?),
            ExperimentPart::Variants => Self::Variants(VariantsPatch::from_body(body)?),
            ExperimentPart::Allocations => Self::Allocations(AllocationsPut::from_body(body)?),
        })
    }

    /// Returns the part that the change is about.
    pub(crate) const fn part(&self) -> ExperimentPart {
        match self {
            Self::Details(_) => ExperimentPart::Details,
            Self::Targeting(_) => ExperimentPart::Targeting,
            Self::Status(_) => ExperimentPart::Status,
            Self::Variants(_) => ExperimentPart::Variants,
            Self::Allocations(_) => ExperimentPart::Allocations,
        }
    }

    /// Returns whether the change lets the experiment run.
    pub(crate) const fn launches(&self) -> bool {
        matches!(self, Self::Status(StatusPatch { status: Status::Running }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_survives_a_round_trip_through_its_request() {
        let rules = r#"{"targetingRules":[{"conditions":[{"attribute":"a","operator":"eq","value":0.10}]}]}"#;
        for (part, body) in [
            (ExperimentPart::Details, r#"{"name":"\"N\"","description":""}"#),
            (ExperimentPart::Targeting, r#"{"audienceId":null}"#),
            (ExperimentPart::Targeting, rules),
            (ExperimentPart::Status, r#"{"status":"ARCHIVED"}"#),
            (
                ExperimentPart::Variants,
                r#"{"create":[],"update":[{"id":"a","payload":null}],"delete":["b"]}"#,
            ),
            (ExperimentPart::Allocations, r#"{"allocations":[]}"#),
        ] {
            let change = ExperimentChange::from_body(part, body.as_bytes()).unwrap();
            assert_eq!((change.part(), serde_json::to_string(&change).unwrap().as_str()), (part, body));
            assert!(!change.launches());
        }
        let launch = ExperimentChange::from_body(ExperimentPart::Status, br#"{"status":"RUNNING"}"#).unwrap();
        assert!(launch.launches());
    }
}

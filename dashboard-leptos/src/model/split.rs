use edgewise_api::resources::Allocation;

/// Which buckets get which variant, as it is edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Split {}

impl Split {
    /// That of an experiment.
    pub(crate) fn of(_allocations: &[Allocation]) -> Self {
        Self::default()
    }

    /// As a request to put allocations has it.
    pub(crate) fn to_json(&self) -> String {
        r#"{"allocations":[]}"#.to_owned()
    }
}

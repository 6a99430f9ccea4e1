use serde_json::value::RawValue;

/// Targeting rules, as they are edited.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rules {}

impl Rules {
    /// Those of an experiment or audience.
    pub(crate) fn of_json(_rules: &RawValue) -> Self {
        Self::default()
    }

    /// As a request has them: a list of rules.
    pub(crate) fn to_json(&self) -> String {
        "[]".to_owned()
    }

    /// In plain English: whom they match.
    pub(crate) fn in_words(&self) -> String {
        "everyone".to_owned()
    }
}

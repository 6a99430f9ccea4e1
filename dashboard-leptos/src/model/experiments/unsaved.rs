//! The input of the wizard, as a browser keeps it over a reload.

use serde::{Deserialize, Serialize};

use super::{basics::Basics, request::VariantInput};
use crate::model::{Rules, Split};

/// The input of all steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct UnsavedExperiment {
    /// The number of the current step, from 1.
    pub(crate) step: u8,
    /// The number of the last step that was reached.
    pub(crate) reached: u8,
    pub(crate) basics: Basics,
    pub(crate) key_is_edited: bool,
    /// The variants, and whether the key of each was edited.
    pub(crate) variants: Vec<(VariantInput, bool)>,
    pub(crate) split: Split,
    /// The id, the name and the rules in words of the chosen audience.
    pub(crate) audience: Option<(String, String, String)>,
    pub(crate) rules: Rules,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_input_survives_a_round_trip() {
        let mut split = Split::default();
        split.set_share("1", 0);
        split.set_share("2", 2_500);
        let mut rules = Rules::default();
        let id = rules.add_alternative();
        rules.change(id, |condition| {
            condition.attribute = "zip".to_owned();
            condition.set_operator("in");
            condition.change_list(|list| list.set_typing("02134, 9"));
        });
        rules.add_alternative();
        let text = str::to_owned;
        let variant = VariantInput { id: text("1"), name: text("A"), key: text("a"), payload: text("{") };
        let unsaved = UnsavedExperiment {
            step: 4,
            reached: 5,
            basics: Basics { name: text("\"N\" & n"), ..Basics::default() },
            key_is_edited: true,
            variants: vec![(variant, false)],
            split,
            audience: Some((text("id"), text("name"), text("words"))),
            rules,
        };
        let json = serde_json::to_string(&unsaved).unwrap();
        let read: UnsavedExperiment = serde_json::from_str(&json).unwrap();
        assert_eq!(read, unsaved);
        assert!(read.rules.problem(&edgewise_api::FieldPath::of("rules")).is_some(), "still unfinished");
    }
}

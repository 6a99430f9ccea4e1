//! The input for a new experiment.

use edgewise_api::{
    ApiError, FieldPath,
    resources::{AllocationCreate, ExperimentCreate, InitialStatus, VariantCreate},
};

use super::Basics;
use crate::model::{Rules, Split, kept, payload};

kept! {
    /// A variant, as entered.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub(crate) struct VariantInput {
        /// The id by which a split refers to the variant. Empty if there is none.
        pub(crate) id: String,
        pub(crate) name: String,
        pub(crate) key: String,
        /// JSON or empty.
        pub(crate) payload: String,
        /// Whether the key was edited. Otherwise it follows the name.
        pub(crate) key_is_edited: bool,
        /// Whether saving deletes the variant.
        pub(crate) is_deleted: bool,
    }
}

kept! {
    /// The selected audience.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(crate) struct ChosenAudience {
        pub(crate) id: String,
        pub(crate) name: String,
        /// A description of its rules.
        pub(crate) words: String,
    }
}

kept! {
    /// The input for a new experiment. What is not entered yet is empty.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub(crate) struct ExperimentInput {
        pub(crate) basics: Basics,
        pub(crate) variants: Vec<VariantInput>,
        pub(crate) split: Split,
        pub(crate) audience: Option<ChosenAudience>,
        pub(crate) rules: Rules,
    }
}

impl ExperimentInput {
    /// Returns the request to create the experiment as a draft. White space around texts is not sent.
    ///
    /// # Errors
    /// Returns the first problem with the rules. The server finds all others.
    pub(crate) fn request(&self) -> Result<ExperimentCreate, ApiError> {
        let text = |text: &String| text.trim().to_owned();
        let rules = self.rules.request(&FieldPath::of("targetingRules"))?;
        let variant = |variant: &VariantInput| VariantCreate {
            key: text(&variant.key),
            name: text(&variant.name),
            payload: payload(&variant.payload),
        };
        let key_of = |id: &str| {
            let named = self.variants.iter().find(|variant| variant.id == id);
            named.map(|variant| text(&variant.key)).unwrap_or_default()
        };
        let ranges = self.split.ranges().into_iter().map(|range| AllocationCreate {
            variant: key_of(range.variant),
            range_start: range.start.into(),
            range_end: range.end.into(),
        });
        Ok(ExperimentCreate {
            key: text(&self.basics.key),
            name: text(&self.basics.name),
            description: Some(text(&self.basics.description)).filter(|text| !text.is_empty()),
            environment_id: self.basics.environment.clone(),
            audience_id: self.audience.as_ref().map(|chosen| chosen.id.clone()),
            targeting_rules: Some(rules).filter(|rules| !rules.is_empty()),
            variants: self.variants.iter().map(variant).collect(),
            allocations: ranges.collect(),
            status: InitialStatus::Draft,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kept;

    fn basics() -> Basics {
        Basics {
            environment: "e".to_owned(),
            name: "\"A\" & b ".to_owned(),
            key: "a-b".to_owned(),
            description: "50 %".to_owned(),
        }
    }

    fn variant(id: &str, key: &str, payload: &str) -> VariantInput {
        let [id, name, key, payload] = [id, "N", key, payload].map(str::to_owned);
        VariantInput { id, name, key, payload, ..VariantInput::default() }
    }

    fn body(input: &ExperimentInput) -> String {
        serde_json::to_string(&input.request().unwrap()).unwrap()
    }

    fn read(input: &ExperimentInput) -> Result<ExperimentCreate, ApiError> {
        ExperimentCreate::from_body(body(input).as_bytes())
    }

    fn chosen() -> ChosenAudience {
        let [id, name, words] = ["a", "Staff", "everyone"].map(str::to_owned);
        ChosenAudience { id, name, words }
    }

    #[test]
    fn a_request_has_only_the_members_that_were_entered() {
        let full = ExperimentInput {
            basics: basics(),
            audience: Some(chosen()),
            rules: Rules::from_text(r#"[{"conditions":[]}]"#),
            ..ExperimentInput::default()
        };
        let full = read(&full).unwrap();
        assert_eq!((full.name.as_str(), full.key.as_str()), ("\"A\" & b", "a-b"));
        assert_eq!((full.description.as_deref(), full.audience_id.as_deref()), (Some("50 %"), Some("a")));
        assert_eq!(full.targeting_rules.map(|rules| rules.len()), Some(1));
        assert_eq!((full.variants.len(), full.status), (0, InitialStatus::Draft));
        let basics = Basics { description: String::new(), ..basics() };
        let bare = ExperimentInput { basics, ..ExperimentInput::default() };
        assert_eq!(body(&bare), r#"{"key":"a-b","name":"\"A\" & b","environmentId":"e","status":"DRAFT"}"#);
    }

    #[test]
    fn a_split_names_the_variants_by_their_keys() {
        let payload = r#"{"z":1.0,"a":[0.10,1e2]}"#;
        let mut input = ExperimentInput {
            basics: basics(),
            variants: vec![variant("1", "blue", &format!(" {payload} ")), variant("2", " green", "")],
            ..ExperimentInput::default()
        };
        input.split.divide_evenly(&["1", "2"]);
        let request = read(&input).unwrap();
        assert_eq!(request.variants[0].payload.as_ref().unwrap().get(), payload);
        assert!(request.variants[1].payload.is_none());
        let ranges: Vec<_> = request
            .allocations
            .iter()
            .map(|range| (range.variant.as_str(), range.range_start, range.range_end))
            .collect();
        assert_eq!(ranges, [("blue", 0, 4999), ("green", 5000, 9999)]);
    }

    #[test]
    fn the_server_reports_the_index_of_an_invalid_variant() {
        let problem = |second: VariantInput| {
            let variants = vec![variant("1", "a", ""), second];
            read(&ExperimentInput { basics: basics(), variants, ..ExperimentInput::default() })
                .unwrap_err()
                .message
        };
        assert_eq!(problem(variant("2", "", "")), "`variants[1].key` must not be empty");
        assert_eq!(problem(variant("2", "b", "{")), "`variants[1].payload` must be an object");
        assert!(problem(variant("2", "a", "")).starts_with("`variants[1].key` must be unique"));
    }

    #[test]
    fn unfinished_input_survives_a_round_trip_and_is_no_request() {
        let mut input = ExperimentInput {
            basics: basics(),
            variants: vec![variant("1", "blue", r#"{"n": 1e400"#), variant("2", "", "")],
            audience: Some(chosen()),
            ..ExperimentInput::default()
        };
        input.split.divide_evenly(&["1", "2"]);
        input.rules.add_alternative();
        let kept = serde_json::to_string(&input).unwrap();
        let restored = ExperimentInput::read(&kept).unwrap();
        assert_eq!(serde_json::to_string(&restored).unwrap(), kept);
        assert_eq!((&restored.basics, &restored.variants), (&input.basics, &input.variants));
        assert_eq!((restored.split == input.split, restored.audience == input.audience), (true, true));
        let field = restored.request().unwrap_err().field.unwrap().to_string();
        assert_eq!(field, "targetingRules[0].conditions[0].attribute");
    }
}

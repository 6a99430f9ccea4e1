//! The body of a request to create an experiment.

use super::Basics;
use crate::model::{Split, object_problem, quoted};

/// A variant of a new experiment, as entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct VariantInput {
    /// The id by which a split refers to the variant.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) key: String,
    /// JSON or empty.
    pub(crate) payload: String,
}

/// The body of a request to create an experiment. Members that are not entered yet are absent.
#[derive(Clone, Debug)]
pub(crate) struct ExperimentRequest {
    /// The JSON without its closing brace.
    json: String,
}

impl ExperimentRequest {
    /// Creates the request for an experiment without variants.
    pub(crate) fn new(basics: &Basics) -> Self {
        let mut request = Self { json: format!(r#"{{"environmentId":{}"#, quoted(&basics.environment)) };
        request.add("name", &quoted(&basics.name));
        request.add("key", &quoted(&basics.key));
        if !basics.description.is_empty() {
            request.add("description", &quoted(&basics.description));
        }
        request
    }

    /// Adds the variants.
    pub(crate) fn add_variants(&mut self, variants: &[VariantInput]) {
        let object = |variant: &VariantInput| {
            let mut json = format!(r#"{{"name":{},"key":{}"#, quoted(&variant.name), quoted(&variant.key));
            let payload = variant.payload.trim();
            if !payload.is_empty() {
                json += r#","payload":"#;
                // Invalid JSON is sent as a string, so that the server reports the field.
                json += &if object_problem(payload).is_none() { payload.to_owned() } else { quoted(payload) };
            }
            json.push('}');
            json
        };
        self.add_list("variants", variants.iter().map(object).collect());
    }

    /// Adds the allocations of a split among these variants.
    pub(crate) fn add_split(&mut self, split: &Split, variants: &[VariantInput]) {
        let key = |id: &str| {
            let named = variants.iter().find(|variant| variant.id == id);
            quoted(named.map_or("", |variant| &variant.key))
        };
        let ranges = split.ranges().into_iter().map(|range| {
            let (variant, start, end) = (key(range.variant), range.start, range.end);
            format!(r#"{{"variant":{variant},"rangeStart":{start},"rangeEnd":{end}}}"#)
        });
        self.add_list("allocations", ranges.collect());
    }

    /// Adds the audience with this id.
    pub(crate) fn add_audience(&mut self, id: &str) {
        self.add("audienceId", &quoted(id));
    }

    /// Adds targeting rules. `rules` is a JSON array.
    pub(crate) fn add_rules(&mut self, rules: &str) {
        if rules != "[]" {
            self.add("targetingRules", rules);
        }
    }

    /// Lets the experiment run from the beginning, instead of being a draft.
    pub(crate) fn launch(&mut self) {
        self.add("status", r#""RUNNING""#);
    }

    /// Returns the body.
    pub(crate) fn into_body(mut self) -> String {
        self.json.push('}');
        self.json
    }

    fn add(&mut self, name: &str, value: &str) {
        for part in [",\"", name, "\":", value] {
            self.json.push_str(part);
        }
    }

    fn add_list(&mut self, name: &str, elements: Vec<String>) {
        self.add(name, &format!("[{}]", elements.join(",")));
    }
}

#[cfg(test)]
mod tests {
    use edgewise_api::{
        ApiError,
        resources::{ExperimentCreate, InitialStatus},
    };

    use super::*;

    fn basics() -> Basics {
        Basics {
            environment: "e".to_owned(),
            name: "\"A\" & b".to_owned(),
            key: "a-b".to_owned(),
            description: "50 %\n".to_owned(),
        }
    }

    fn variant(id: &str, key: &str, payload: &str) -> VariantInput {
        let text = str::to_owned;
        VariantInput { id: text(id), name: "N".to_owned(), key: text(key), payload: text(payload) }
    }

    fn read(request: ExperimentRequest) -> Result<ExperimentCreate, ApiError> {
        ExperimentCreate::from_body(request.into_body().as_bytes())
    }

    #[test]
    fn a_request_has_only_the_members_that_were_entered() {
        let mut full = ExperimentRequest::new(&basics());
        full.add_audience("a");
        full.add_rules(r#"[{"conditions":[]}]"#);
        let full = read(full).unwrap();
        assert_eq!((full.name.as_str(), full.key.as_str()), ("\"A\" & b", "a-b"));
        assert_eq!((full.description.as_deref(), full.audience_id.as_deref()), (Some("50 %\n"), Some("a")));
        assert_eq!(full.targeting_rules.map(|rules| rules.len()), Some(1));
        assert_eq!((full.variants.len(), full.status), (0, InitialStatus::Draft));
        let mut bare = ExperimentRequest::new(&Basics { description: String::new(), ..basics() });
        bare.add_rules("[]");
        assert_eq!(bare.into_body(), r#"{"environmentId":"e","name":"\"A\" & b","key":"a-b"}"#);
    }

    #[test]
    fn a_split_names_the_variants_by_their_keys() {
        let variants = [variant("1", "blue", r#" {"n":1.0} "#), variant("2", "green", "")];
        let mut split = Split::default();
        split.divide_evenly(&["1", "2"]);
        let mut request = ExperimentRequest::new(&basics());
        request.add_variants(&variants);
        request.add_split(&split, &variants);
        request.launch();
        let request = read(request).unwrap();
        assert_eq!(request.status, InitialStatus::Running);
        assert_eq!(request.variants[0].payload.as_ref().unwrap().get(), r#"{"n":1.0}"#);
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
            let mut request = ExperimentRequest::new(&basics());
            request.add_variants(&[variant("1", "a", ""), second]);
            read(request).unwrap_err().message
        };
        assert_eq!(problem(variant("2", "", "")), "`variants[1].key` must not be empty");
        assert_eq!(problem(variant("2", "b", "{")), "`variants[1].payload` must be an object");
        assert!(problem(variant("2", "a", "")).starts_with("`variants[1].key` must be unique"));
    }
}

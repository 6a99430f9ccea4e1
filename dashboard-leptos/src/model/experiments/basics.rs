//! Name, key, description and environment of a new experiment.

use crate::model::quoted;

/// The first step of a new experiment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Basics {
    /// The environment's UUID.
    pub(crate) environment: String,
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) description: String,
}

impl Basics {
    /// Reads the parameters of a URL.
    pub(crate) fn of(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| parameter(name).unwrap_or_default();
        Self {
            environment: text("environment"),
            name: text("name"),
            key: text("key"),
            description: text("description"),
        }
    }

    /// Returns the URL of the form with all fields filled in.
    #[cfg(any(not(target_family = "wasm"), test))]
    pub(crate) fn url(&self) -> String {
        use crate::model::links::{NEW_EXPERIMENT, Url};

        let url = Url::new(NEW_EXPERIMENT)
            .with("environment", &self.environment)
            .with("name", &self.name)
            .with("key", &self.key)
            .with("description", &self.description);
        url.into()
    }

    /// Returns the body of a request to create the experiment. `audience` is an id or empty, `rules` is JSON or empty.
    pub(crate) fn to_json(&self, audience: &str, rules: &str) -> String {
        let mut json = format!(
            r#"{{"environmentId":{},"name":{},"key":{}"#,
            quoted(&self.environment),
            quoted(&self.name),
            quoted(&self.key)
        );
        let mut add = |name: &str, value: &str| {
            json.push_str(name);
            json.push_str(value);
        };
        if !self.description.is_empty() {
            add(r#","description":"#, &quoted(&self.description));
        }
        if !audience.is_empty() {
            add(r#","audienceId":"#, &quoted(audience));
        }
        if !matches!(rules, "" | "[]") {
            add(r#","targetingRules":"#, rules);
        }
        json.push('}');
        json
    }
}

#[cfg(test)]
mod tests {
    use edgewise_api::{query::Query, resources::ExperimentCreate};

    use super::*;

    fn basics() -> Basics {
        Basics {
            environment: "e".to_owned(),
            name: "\"A\" & b".to_owned(),
            key: "a-b".to_owned(),
            description: "50 %\n".to_owned(),
        }
    }

    #[test]
    fn input_survives_a_round_trip_through_the_url() {
        let url = basics().url();
        let query = Query::parse(url.strip_prefix("/experiments/new?").unwrap());
        assert_eq!(Basics::of(|name| query.optional(name).unwrap().map(str::to_owned)), basics());
    }

    #[test]
    fn a_request_has_only_the_fields_that_were_entered() {
        let read = |json: String| ExperimentCreate::from_body(json.as_bytes()).unwrap();
        let request = read(basics().to_json("a", r#"[{"conditions":[]}]"#));
        assert_eq!((request.name, request.key), ("\"A\" & b".to_owned(), "a-b".to_owned()));
        assert_eq!(
            (request.description.as_deref(), request.audience_id.as_deref()),
            (Some("50 %\n"), Some("a"))
        );
        assert_eq!(request.targeting_rules.map(|rules| rules.len()), Some(1));
        let bare = read(Basics { description: String::new(), ..basics() }.to_json("", "[]"));
        assert!(bare.description.is_none() && bare.audience_id.is_none() && bare.targeting_rules.is_none());
    }
}

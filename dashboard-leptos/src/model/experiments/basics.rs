//! Name, key, description and environment of a new experiment.

use crate::model::kept;

kept! {
    /// The first step of a new experiment.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub(crate) struct Basics {
        /// The environment's UUID.
        pub(crate) environment: String,
        pub(crate) name: String,
        pub(crate) key: String,
        pub(crate) description: String,
    }
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

        let url = Url::new(NEW_EXPERIMENT.url())
            .with("environment", &self.environment)
            .with("name", &self.name)
            .with("key", &self.key)
            .with("description", &self.description);
        url.into()
    }
}

#[cfg(test)]
mod tests {
    use edgewise_api::query::Query;

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
}

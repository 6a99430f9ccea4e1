//! What a call answers that cannot be carried out.

use leptos::{
    prelude::FromServerFnError,
    server_fn::{codec::JsonEncoding, error::ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// Why something could not be done, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Problem {
    /// The HTTP status that says the same; 0 if no answer came.
    pub(crate) status: u16,
    /// What is wrong, and what to do.
    pub(crate) message: String,
}

impl Problem {
    /// The JSON of the problem that no answer came.
    pub(crate) const NO_ANSWER: &str =
        r#"{"status":0,"message":"the server cannot be reached: try again once it is back"}"#;

    /// Something is wrong with what was entered.
    pub(crate) const fn of_input(message: String) -> Self {
        Self { status: 400, message }
    }

    /// The message as a sentence.
    pub(crate) fn words(&self) -> String {
        sentence(&self.message)
    }

    /// Whether somebody else changed what was to be changed.
    pub(crate) fn is_stale(&self) -> bool {
        self.status == 412
    }

    /// Whether what was asked for is not there.
    pub(crate) fn is_missing(&self) -> bool {
        self.status == 404
    }

    /// The field that is wrong, as messages name it at their beginning: `key`, or `targetingRules[0].conditions[1].value`.
    pub(crate) fn field(&self) -> Option<&str> {
        self.message.strip_prefix('`')?.split('`').next()
    }

    /// What is wrong with a field, if it is that one or within it. It is said beside the field, so only one within is named.
    pub(crate) fn of_field(&self, name: &str) -> Option<String> {
        let within = self.field()?.strip_prefix(name)?;
        let words = self.message.strip_prefix(&format!("`{name}` "));
        match words {
            Some(words) => Some(sentence(words)),
            None => (within.is_empty() || within.starts_with(['.', '['])).then(|| self.words()),
        }
    }
}

/// With a capital at its beginning.
fn sentence(words: &str) -> String {
    let mut rest = words.chars();
    let first = rest.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(rest).collect()
}

impl From<edgewise_api::ApiError> for Problem {
    fn from(error: edgewise_api::ApiError) -> Self {
        Self { status: error.status, message: error.message }
    }
}

impl FromServerFnError for Problem {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let (status, message) = match error {
            ServerFnErrorErr::Args(problem) | ServerFnErrorErr::MissingArg(problem) => (400, problem),
            ServerFnErrorErr::Deserialization(_) => {
                (502, "the server's answer cannot be read: reload the page".to_owned())
            }
            _ => (500, "something went wrong: reload the page and try again".to_owned()),
        };
        Self { status, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_belongs_to_the_field_that_its_message_begins_with() {
        let invalid = |message: &str| Problem { status: 400, message: message.to_owned() };
        let problem = invalid("`variants[1].key` must not be empty");
        assert_eq!(problem.field(), Some("variants[1].key"));
        assert!(problem.of_field("variants").is_some() && problem.of_field("variants[1]").is_some());
        assert!(problem.of_field("variant").is_none() && problem.of_field("key").is_none());
        assert_eq!(invalid("the body must be JSON").field(), None);
    }

    #[test]
    fn beside_its_field_a_problem_does_not_name_it() {
        let problem = Problem::of_input("`variants[1].key` must not be empty".to_owned());
        assert_eq!(problem.of_field("variants[1].key").as_deref(), Some("Must not be empty"));
        assert_eq!(problem.of_field("variants").as_deref(), Some("`variants[1].key` must not be empty"));
        assert_eq!(Problem::of_input("it is taken".to_owned()).words(), "It is taken");
    }
}

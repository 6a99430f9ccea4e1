//! The error of a call.

use leptos::{
    prelude::FromServerFnError,
    server_fn::{codec::JsonEncoding, error::ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// The reason why a call failed, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Problem {
    /// The HTTP status; 0 if there was no response.
    pub(crate) status: u16,
    /// The problem and its remedy.
    pub(crate) message: String,
}

impl Problem {
    /// The JSON of the problem that there was no response.
    pub(crate) const NO_RESPONSE: &str =
        r#"{"status":0,"message":"the server cannot be reached: try again once it is back"}"#;

    /// Creates the problem of invalid input.
    pub(crate) const fn invalid_input(message: String) -> Self {
        Self { status: 400, message }
    }

    /// Returns the message as a sentence.
    pub(crate) fn sentence(&self) -> String {
        capitalised(&self.message)
    }

    /// Returns whether somebody else changed the resource.
    pub(crate) fn is_stale(&self) -> bool {
        self.status == 412
    }

    /// Returns whether the resource was not found.
    pub(crate) fn is_missing(&self) -> bool {
        self.status == 404
    }

    /// Returns the path of the invalid field, with which a message begins: `key` or
    /// `targetingRules[0].conditions[1].value`.
    pub(crate) fn field(&self) -> Option<&str> {
        self.message.strip_prefix('`')?.split('`').next()
    }

    /// Returns the problem with a field or with a field inside of it. The text is displayed next to the field, so it
    /// names only a field inside.
    pub(crate) fn for_field(&self, name: &str) -> Option<String> {
        let within = self.field()?.strip_prefix(name)?;
        let words = self.message.strip_prefix(&format!("`{name}` "));
        match words {
            Some(words) => Some(capitalised(words)),
            None => (within.is_empty() || within.starts_with(['.', '['])).then(|| self.sentence()),
        }
    }
}

/// Returns the text with a capital letter at its beginning.
fn capitalised(words: &str) -> String {
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
                (502, "the server's response cannot be read: reload the page".to_owned())
            }
            _ => (500, "an unexpected error occurred: reload the page and try again".to_owned()),
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
        assert!(problem.for_field("variants").is_some() && problem.for_field("variants[1]").is_some());
        assert!(problem.for_field("variant").is_none() && problem.for_field("key").is_none());
        assert_eq!(invalid("the body must be JSON").field(), None);
    }

    #[test]
    fn a_problem_next_to_its_field_does_not_name_the_field() {
        let problem = Problem::invalid_input("`variants[1].key` must not be empty".to_owned());
        assert_eq!(problem.for_field("variants[1].key").as_deref(), Some("Must not be empty"));
        assert_eq!(problem.for_field("variants").as_deref(), Some("`variants[1].key` must not be empty"));
        assert_eq!(Problem::invalid_input("it is taken".to_owned()).sentence(), "It is taken");
    }
}

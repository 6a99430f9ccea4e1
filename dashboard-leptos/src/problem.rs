//! The error of a call.

use edgewise_api::{ApiError, ErrorKind, FieldPath};
use leptos::{
    prelude::FromServerFnError,
    server_fn::{codec::JsonEncoding, error::ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// The reason why a call failed: what pages decide by, and the message for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Problem {
    /// The kind.
    #[serde(default)]
    pub(crate) kind: ProblemKind,
    /// The field of the request that the problem is about.
    field: Option<FieldPath>,
    /// The problem and its remedy. Responses to which no call contributed, such as refusals, have only `error`.
    #[serde(alias = "error")]
    message: String,
    /// The message for a place that shows the field already.
    predicate: Option<String>,
}

/// The kind of a problem.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ProblemKind {
    /// There was no response.
    NoResponse,
    /// The response cannot be read.
    Unreadable,
    /// The request was refused before it reached the call.
    #[default]
    Refused,
    /// The server rejected the request.
    Rejected(ErrorKind),
}

impl Problem {
    /// The JSON of the problem that there was no response. Only browsers miss responses.
    #[cfg(any(target_family = "wasm", test))]
    pub(crate) const NO_RESPONSE: &str =
        r#"{"kind":"NoResponse","message":"the server cannot be reached: try again once it is back"}"#;

    /// Returns the message as a sentence.
    pub(crate) fn sentence(&self) -> String {
        capitalised(&self.message)
    }

    /// Returns the message as a sentence, to be displayed next to the field: the sentence does not name the field.
    pub(crate) fn beside_field(&self) -> String {
        capitalised(self.predicate.as_ref().unwrap_or(&self.message))
    }

    /// Returns the message without the name of the field, if the message begins with the name.
    pub(crate) fn predicate(&self) -> Option<&str> {
        self.predicate.as_deref()
    }

    /// Returns the HTTP status of a response with this problem.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn status(&self) -> u16 {
        match self.kind {
            ProblemKind::NoResponse | ProblemKind::Unreadable | ProblemKind::Refused => {
                ErrorKind::Internal.status()
            }
            ProblemKind::Rejected(kind) => kind.status(),
        }
    }

    /// Returns whether somebody else changed the resource.
    pub(crate) fn is_stale(&self) -> bool {
        self.kind == ProblemKind::Rejected(ErrorKind::Stale)
    }

    /// Returns whether the resource was not found.
    pub(crate) fn is_missing(&self) -> bool {
        self.kind == ProblemKind::Rejected(ErrorKind::NotFound)
    }

    /// Returns whether there was no response.
    pub(crate) fn is_without_response(&self) -> bool {
        self.kind == ProblemKind::NoResponse
    }

    /// Returns the path of the field that the problem is about.
    pub(crate) fn field(&self) -> Option<&FieldPath> {
        self.field.as_ref()
    }

    /// Returns whether the problem is about a field or about a field inside of it.
    pub(crate) fn is_within(&self, field: &FieldPath) -> bool {
        self.field.as_ref().is_some_and(|path| path.is_within(field))
    }

    /// Returns the problem with a field or with a field inside of it. The text is displayed next to the field, so it
    /// names only a field inside.
    pub(crate) fn for_field(&self, field: &FieldPath) -> Option<String> {
        let path = self.field.as_ref().filter(|path| path.is_within(field))?;
        Some(if path == field { self.beside_field() } else { self.sentence() })
    }
}

/// Returns the text with a capital letter at its beginning.
pub(crate) fn capitalised(words: &str) -> String {
    let mut rest = words.chars();
    let first = rest.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(rest).collect()
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        let predicate = error.predicate().map(str::to_owned);
        let ApiError { kind, field, message, .. } = error;
        Self { kind: ProblemKind::Rejected(kind), field, message, predicate }
    }
}

impl FromServerFnError for Problem {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let (kind, message) = match error {
            ServerFnErrorErr::Args(problem) | ServerFnErrorErr::MissingArg(problem) => {
                (ProblemKind::Rejected(ErrorKind::Invalid), problem)
            }
            ServerFnErrorErr::Deserialization(_) => {
                (ProblemKind::Unreadable, "the server's response cannot be read: reload the page".to_owned())
            }
            _ => (
                ProblemKind::Rejected(ErrorKind::Internal),
                "an unexpected error occurred: reload the page and try again".to_owned(),
            ),
        };
        Self { kind, field: None, message, predicate: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invalid(field: FieldPath, predicate: &str) -> Problem {
        ApiError::invalid_field(field, predicate).into()
    }

    #[test]
    fn a_problem_belongs_to_its_field_and_to_the_fields_around_it() {
        let variants = FieldPath::of("variants");
        let problem = invalid(variants.clone().at(1).then("key"), "must not be empty");
        assert!(problem.is_within(&variants) && problem.for_field(&variants.clone().at(1)).is_some());
        assert!(problem.for_field(&variants.at(0)).is_none());
        assert!(problem.for_field(&FieldPath::of("variant")).is_none());
        assert!(problem.for_field(&FieldPath::of("key")).is_none());
    }

    #[test]
    fn a_problem_next_to_its_field_does_not_name_the_field() {
        let field = FieldPath::of("variants").at(1).then("key");
        let problem = invalid(field.clone(), "must not be empty");
        assert_eq!(problem.for_field(&field).as_deref(), Some("Must not be empty"));
        assert_eq!(
            problem.for_field(&FieldPath::of("variants")).as_deref(),
            Some("`variants[1].key` must not be empty")
        );
    }

    #[test]
    fn the_wording_does_not_decide_where_a_problem_is_displayed() {
        let key = FieldPath::of("key");
        let taken: Problem =
            ApiError::conflict("`name` and all that: choose another one").on_field(key.clone()).into();
        assert_eq!(taken.for_field(&key).as_deref(), Some("`name` and all that: choose another one"));
        assert_eq!(taken.for_field(&FieldPath::of("name")), None);
        let general: Problem = ApiError::invalid("`key` is a word of this message").into();
        assert_eq!((general.field(), general.for_field(&key)), (None, None));
    }

    #[test]
    fn a_name_with_a_separator_is_no_path() {
        let dotted = invalid(FieldPath::of("key.name[0]"), "`key` is odd");
        assert_eq!(dotted.for_field(&FieldPath::of("key")), None);
        assert_eq!(dotted.for_field(&FieldPath::of("key").then("name")), None);
        assert_eq!(dotted.for_field(&FieldPath::of("key.name[0]")).as_deref(), Some("`key` is odd"));
    }
}

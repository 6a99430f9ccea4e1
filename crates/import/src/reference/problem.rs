//! The reasons why rows cannot be imported.

use edgewise_api::{ApiError, limits, paths};

/// The reason why a row cannot be imported.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowProblem {
    #[error("its row is not a JSON object")]
    NotAnObject,
    #[error("its row cannot be written as JSON: {0}")]
    NotWritable(serde_json::Error),
    /// The row is no valid request to create the resource.
    #[error("{}", of_row(.0))]
    Invalid(#[from] ApiError),
    #[error("`{0}` is required")]
    Missing(&'static str),
    #[error("`{0}` is not a time")]
    NotATime(&'static str),
    #[error("`id` must contain only letters, digits, hyphens and underscores")]
    UnsafeId,
    #[error("another resource has the same id `{0}`")]
    SameId(String),
    #[error("another environment has the same name")]
    SameEnvironmentName,
    #[error("another audience of the environment has the same name")]
    SameAudienceName,
    #[error("another experiment of the environment has the same key")]
    SameExperimentKey,
    #[error("another variant has the same key")]
    SameVariantKey,
    #[error(
        "its highest version is {version}, and the next version can be {} at most: copy its contents to a new environment of \
         the reference system, and import the new environment",
        paths::MAX_VERSION
    )]
    HighestVersion { version: u64 },
    #[error("it has {count} variants, but an experiment can have at most {}", limits::VARIANTS)]
    TooManyVariants { count: usize },
    #[error("its audience cannot be imported")]
    AudienceSkipped,
    /// A variant of an experiment cannot be imported, so the experiment cannot be imported.
    #[error("its variant {variant}: {problem}")]
    Variant { variant: String, problem: Box<RowProblem> },
    #[error("the resource that it belongs to does not exist")]
    NoParent,
    #[error("its variant does not exist: users in these buckets had no variant before, and have none now")]
    NoVariant,
}

/// Returns the message of an error about a request. The whole request, which the message calls a body, is a row here.
fn of_row(error: &ApiError) -> String {
    match (&error.field, error.predicate()) {
        (Some(path), Some(predicate)) if path.steps().is_empty() => format!("its row {predicate}"),
        _ => error.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use edgewise_api::FieldPath;

    use super::*;

    #[test]
    fn a_problem_with_the_whole_row_names_the_row() {
        let whole = ApiError::invalid_field(FieldPath::default(), "is not valid JSON");
        assert_eq!(whole.message, "the body is not valid JSON");
        assert_eq!(RowProblem::from(whole).to_string(), "its row is not valid JSON");
    }

    #[test]
    fn a_message_that_begins_with_the_word_body_is_not_rewritten() {
        let error = ApiError::invalid("the body `salt` cannot be read");
        assert_eq!(RowProblem::from(error).to_string(), "the body `salt` cannot be read");
        let field = ApiError::invalid_field(FieldPath::of("the body "), "must not be empty");
        assert_eq!(RowProblem::from(field).to_string(), "`the body ` must not be empty");
    }
}

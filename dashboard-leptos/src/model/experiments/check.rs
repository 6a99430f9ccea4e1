//! The input checks of the form for a new experiment. The API's own checks come later, and report one problem at a time.

use std::collections::HashSet;

use edgewise_api::{ApiError, FieldPath};
use serde::Deserialize;
use serde_json::Value;

use crate::model::key;

/// The request body for a new experiment, as far as it is entered.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Input {
    environment_id: String,
    name: String,
    key: String,
    variants: Vec<Variant>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Variant {
    name: String,
    key: String,
    payload: Option<Value>,
}

/// Returns all problems with the fields of a request body that an [`ExperimentRequest`](super::ExperimentRequest) built, in
/// the order of the form. Keys must have the form that the dashboard suggests, although the API accepts others.
pub(crate) fn problems(body: &str) -> Vec<ApiError> {
    let Ok(input) = serde_json::from_str::<Input>(body) else { return Vec::new() };
    let mut problems = Vec::new();
    let mut require = |field: FieldPath, problem: Option<&str>| {
        if let Some(problem) = problem {
            problems.push(ApiError::invalid_field(field, problem));
        }
    };
    let missing = |text: &str, problem: &'static str| text.trim().is_empty().then_some(problem);
    require(FieldPath::of("environmentId"), missing(&input.environment_id, "must be chosen"));
    require(FieldPath::of("name"), missing(&input.name, "must not be empty"));
    require(FieldPath::of("key"), key::problem(&input.key));
    let mut keys = HashSet::new();
    for (index, variant) in input.variants.iter().enumerate() {
        let field = |name: &str| FieldPath::of("variants").at(index).then(name);
        require(field("name"), missing(&variant.name, "must not be empty"));
        let taken = (!keys.insert(&variant.key)).then_some("must differ from the keys of the other variants");
        require(field("key"), key::problem(&variant.key).or(taken));
        let is_object = variant.payload.as_ref().is_none_or(Value::is_object);
        require(field("payload"), (!is_object).then_some("must be a JSON object"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &str) -> Vec<String> {
        problems(body).into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn every_wrong_field_is_reported_in_the_order_of_the_form() {
        assert_eq!(
            fields(r#"{"environmentId":"","name":" ","key":"Bad Key!"}"#),
            [
                "`environmentId` must be chosen",
                "`name` must not be empty",
                "`key` must consist of letters, digits, hyphens, underscores and dots, such as new-checkout",
            ]
        );
        let variants = r#"{"environmentId":"e","name":"N","key":"k.1_a-B","variants":[
            {"name":"","key":"a"},{"name":"B","key":"a","payload":"{"},{"name":"C","key":"","payload":{"n":1.0}}]}"#;
        assert_eq!(
            fields(variants),
            [
                "`variants[0].name` must not be empty",
                "`variants[1].key` must differ from the keys of the other variants",
                "`variants[1].payload` must be a JSON object",
                "`variants[2].key` must not be empty",
            ]
        );
    }

    #[test]
    fn variants_that_are_not_entered_yet_have_no_problem() {
        assert_eq!(fields(r#"{"environmentId":"e","name":"N","key":"k"}"#), [""; 0]);
    }
}

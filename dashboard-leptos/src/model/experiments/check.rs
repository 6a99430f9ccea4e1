//! The input checks of the form for a new experiment. The API's own checks come later, and report one problem at a time.

use std::collections::HashSet;

use edgewise_api::{ApiError, FieldPath, json::Fields, limits};

use crate::model::key;

/// Returns all problems with the fields of the body of a request to create an experiment, in the order of the form. Keys must have
/// the form that the dashboard suggests, although the API accepts others.
pub(crate) fn problems(body: &[u8]) -> Vec<ApiError> {
    let Ok(input) = Fields::from_body(body) else { return Vec::new() };
    let mut problems = Vec::new();
    let mut require = |field: FieldPath, problem: Option<&str>| {
        if let Some(problem) = problem {
            problems.push(ApiError::invalid_field(field, problem));
        }
    };
    let missing = |text: Option<String>, problem: &'static str| {
        text.is_some_and(|text| text.trim().is_empty()).then_some(problem)
    };
    require(FieldPath::of("environmentId"), missing(text(&input, "environmentId"), "must be chosen"));
    require(FieldPath::of("name"), missing(text(&input, "name"), "must not be empty"));
    require(FieldPath::of("key"), text(&input, "key").as_deref().and_then(key::problem));
    let variant = |variant: &Fields<'_>| {
        let payload_is_wrong = variant.optional_object("payload").is_err();
        Ok((text(variant, "name"), text(variant, "key"), payload_is_wrong))
    };
    let variants = input.optional_objects("variants", limits::VARIANTS, variant);
    let mut keys = HashSet::new();
    for (index, (name, key, payload_is_wrong)) in variants.ok().flatten().into_iter().flatten().enumerate() {
        let field = |name: &str| FieldPath::of("variants").at(index).then(name);
        require(field("name"), missing(name, "must not be empty"));
        let form = key.as_deref().and_then(key::problem);
        let is_taken = key.is_some_and(|key| !keys.insert(key));
        let taken = is_taken.then_some("must differ from the keys of the other variants");
        require(field("key"), form.or(taken));
        require(field("payload"), payload_is_wrong.then_some("must be a JSON object"));
    }
    problems
}

/// Returns a text, which is empty if the field is missing. `None` for a value that the API reports.
fn text(fields: &Fields<'_>, name: &str) -> Option<String> {
    fields.optional_text(name, limits::NAME_CHARS).ok().map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &str) -> Vec<String> {
        problems(body.as_bytes()).into_iter().map(|problem| problem.message).collect()
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

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use edgewise_engine::operators::Operator;

use crate::{
    error::ApiError,
    json::{Fields, minified, nests_deeper},
    limits,
};

/// A targeting rule, which matches if all its conditions match.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rule {
    /// The conditions, at most 100. Without conditions, everyone matches.
    pub conditions: Vec<Condition>,
}

/// A condition on one attribute of the context.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Condition {
    /// The attribute's name, or a path such as `user.plan` or `tags.0`.
    pub attribute: String,
    /// The name of an [`Operator`].
    #[cfg_attr(feature = "openapi", schema(schema_with = operator_schema))]
    pub operator: String,
    /// The value to compare with. May be absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<serde_json::Value>))]
    pub value: Option<Box<RawValue>>,
}

impl Rule {
    /// Reads an optional list of rules.
    pub(super) fn optional_list(fields: &Fields<'_>, name: &str) -> Result<Option<Vec<Self>>, ApiError> {
        fields.optional_objects(name, limits::RULES, Self::from_fields)
    }

    /// Reads a required list of rules.
    pub(super) fn list(fields: &Fields<'_>, name: &str) -> Result<Vec<Self>, ApiError> {
        fields.objects(name, limits::RULES, Self::from_fields)
    }

    fn from_fields(fields: &Fields<'_>) -> Result<Self, ApiError> {
        let conditions = fields.objects("conditions", limits::CONDITIONS, Condition::from_fields)?;
        Ok(Self { conditions })
    }
}

impl Condition {
    fn from_fields(fields: &Fields<'_>) -> Result<Self, ApiError> {
        let attribute = fields
            .optional_text("attribute", limits::NAME_CHARS)?
            .ok_or_else(|| fields.error("attribute", "is required"))?;
        let operator = fields.name("operator")?;
        if Operator::from_name(&operator).is_none() {
            let names: Vec<&str> = Operator::ALL.iter().map(|operator| operator.name()).collect();
            let known = names.join(", ");
            return Err(fields.error("operator", format_args!("must be one of {known}; it is `{operator}`")));
        }
        let value = fields.optional_json("value").map(minified);
        let is_long = |value: &RawValue| {
            serde_json::from_str::<Vec<&RawValue>>(value.get())
                .is_ok_and(|list| list.len() > limits::LIST_VALUES)
        };
        if value.as_deref().is_some_and(is_long) {
            let most = limits::LIST_VALUES;
            return Err(fields.error("value", format_args!("must have at most {most} elements")));
        }
        if value.as_deref().is_some_and(|value| nests_deeper(value.get(), limits::VALUE_LEVELS)) {
            let most = limits::VALUE_LEVELS;
            return Err(fields.error("value", format_args!("must nest at most {most} levels deep")));
        }
        Ok(Self { attribute, operator, value })
    }
}

/// Returns the schema of operators: their names, and when each of them matches.
#[cfg(feature = "openapi")]
fn operator_schema() -> utoipa::openapi::schema::Object {
    use utoipa::openapi::schema::{ObjectBuilder, Type};

    let operators = Operator::ALL.iter();
    let lines =
        operators.clone().map(|operator| format!("\n- `{}`: {}", operator.name(), operator.description()));
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(format!("When the condition matches:\n{}", lines.collect::<String>())))
        .enum_values(Some(operators.map(|operator| operator.name())))
        .build()
}

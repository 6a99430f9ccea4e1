//! Parameters that several routes have, as the OpenAPI document describes them.
#![expect(dead_code, reason = "describes parameters in the OpenAPI document")]

use utoipa::IntoParams;

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct EnvironmentId {
    /// UUID of the environment
    id: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct AudienceId {
    /// UUID of the audience
    id: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ExperimentId {
    /// UUID of the experiment
    id: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct VariantIds {
    /// UUID of the experiment
    id: String,
    /// UUID of the variant
    #[param(rename = "variantId")]
    variant_id: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct VersionNumber {
    /// UUID of the environment
    id: String,
    /// Its number
    version: u64,
}

/// The precondition of a write.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct Precondition {
    /// The ETag that must still be current: of variants and allocations, their experiment's
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}

/// The page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// From 1; together with `pageSize`
    #[param(minimum = 1)]
    page: Option<u64>,
    /// Together with `page`
    #[param(rename = "pageSize", minimum = 1, maximum = 100)]
    page_size: Option<u64>,
}

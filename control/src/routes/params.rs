//! The common parameters in the OpenAPI document.
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
    /// Number of the version
    version: u64,
}

/// The precondition of a write.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct Precondition {
    /// The current ETag of the resource; for variants and allocations, the ETag of the experiment
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}

/// The page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// Number of the page, from 1; requires `pageSize`
    #[param(minimum = 1)]
    page: Option<u64>,
    /// Rows per page; requires `page`
    #[param(rename = "pageSize", minimum = 1, maximum = 100)]
    page_size: Option<u64>,
}

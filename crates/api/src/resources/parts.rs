use serde::Serialize;

use super::{AllocationRequest, VariantCreate, allocation};
use crate::{error::ApiError, field::FieldPath, json::Fields, limits};

/// A range of buckets for a variant of a new experiment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AllocationCreate {
    /// The key of a variant in `variants`.
    pub variant: String,
    /// The first bucket, 0 to 9999.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9999))]
    pub range_start: i64,
    /// The last bucket, inclusive, 0 to 9999.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9999))]
    pub range_end: i64,
}

/// Reads the variants of a new experiment. Their keys are unique.
pub(super) fn variants(fields: &Fields<'_>) -> Result<Vec<VariantCreate>, ApiError> {
    let variants = fields.optional_objects("variants", limits::VARIANTS, VariantCreate::from_fields)?;
    let variants = variants.unwrap_or_default();
    for (index, variant) in variants.iter().enumerate() {
        if variants.iter().take(index).any(|other| other.key == variant.key) {
            let path = FieldPath::of("variants").at(index).then("key");
            let message = format!("`{path}` must be unique: another variant has the key `{}`", variant.key);
            return Err(ApiError::conflict(message).on_field(path));
        }
    }
    Ok(variants)
}

/// Reads the allocations of a new experiment. They do not overlap, and each of them names one of the variants.
pub(super) fn allocations(
    fields: &Fields<'_>,
    variants: &[VariantCreate],
) -> Result<Vec<AllocationCreate>, ApiError> {
    let read = |fields: &Fields<'_>| {
        let variant = fields.name("variant")?;
        let (range_start, range_end) = allocation::range(fields)?;
        Ok(AllocationCreate { variant, range_start, range_end })
    };
    let allocations = fields.optional_objects("allocations", limits::VARIANTS, read)?.unwrap_or_default();
    allocation::check_disjoint(allocations.iter().map(|range| (range.range_start, range.range_end)))?;
    let known =
        |allocation: &AllocationCreate| variants.iter().any(|variant| variant.key == allocation.variant);
    match allocations.iter().position(|allocation| !known(allocation)) {
        Some(index) => Err(unknown_variant(index)),
        None => Ok(allocations),
    }
}

/// Returns the allocations with ids of variants in place of keys. `ids` has the ids of `variants`, in their order. Returns
/// `None` if an allocation names no variant.
pub(super) fn with_ids(
    allocations: &[AllocationCreate],
    variants: &[VariantCreate],
    ids: &[String],
) -> Option<Vec<AllocationRequest>> {
    let with_id = |allocation: &AllocationCreate| {
        let (_, id) = variants.iter().zip(ids).find(|(variant, _)| variant.key == allocation.variant)?;
        let AllocationCreate { range_start, range_end, .. } = *allocation;
        Some(AllocationRequest { variant_id: id.clone(), range_start, range_end })
    };
    allocations.iter().map(with_id).collect()
}

fn unknown_variant(index: usize) -> ApiError {
    let path = FieldPath::of("allocations").at(index).then("variant");
    ApiError::invalid_field(path, "must be the key of a variant in `variants`")
}

use serde::{Deserialize, Serialize};

use crate::{error::ApiError, field::FieldPath, json::Fields, limits};

/// A range of buckets that is allocated to a variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Allocation {
    /// The id, a UUID.
    pub id: String,
    /// UUID of the variant.
    pub variant_id: String,
    /// The first bucket, 0 to 9999.
    pub range_start: i64,
    /// The last bucket, inclusive, 0 to 9999.
    pub range_end: i64,
    /// UUID of the experiment.
    pub experiment_id: String,
}

/// A request to replace all allocations of an experiment.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AllocationsPut {
    /// At most 100 ranges that do not overlap.
    pub allocations: Vec<AllocationRequest>,
}

/// A range of buckets for a variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AllocationRequest {
    /// UUID of a variant of the experiment.
    pub variant_id: String,
    /// The first bucket, 0 to 9999.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9999))]
    pub range_start: i64,
    /// The last bucket, inclusive, 0 to 9999.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9999))]
    pub range_end: i64,
}

impl AllocationsPut {
    /// Reads a request body.
    ///
    /// # Errors
    /// Returns 400 with the name of the invalid field, and for ranges that are inverted or overlap.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::from_body(body)?;
        let allocations = fields.objects("allocations", limits::VARIANTS, AllocationRequest::from_fields)?;
        check_disjoint(allocations.iter().map(|range| (range.range_start, range.range_end)))?;
        Ok(Self { allocations })
    }
}

impl AllocationRequest {
    fn from_fields(fields: &Fields<'_>) -> Result<Self, ApiError> {
        let variant_id = fields.name("variantId")?;
        let (range_start, range_end) = range(fields)?;
        Ok(Self { variant_id, range_start, range_end })
    }
}

/// Reads the first and the last bucket of a range.
pub(super) fn range(fields: &Fields<'_>) -> Result<(i64, i64), ApiError> {
    let bucket = |name| match fields.integer(name)? {
        bucket @ 0..=9999 => Ok(bucket),
        _ => Err(fields.error(name, "must be between 0 and 9999")),
    };
    let (range_start, range_end) = (bucket("rangeStart")?, bucket("rangeEnd")?);
    if range_start > range_end {
        return Err(fields.error("rangeStart", "must not be greater than `rangeEnd`"));
    }
    Ok((range_start, range_end))
}

/// Checks that no bucket is in two of the ranges, each of which has a first and a last bucket.
pub(super) fn check_disjoint(ranges: impl Iterator<Item = (i64, i64)>) -> Result<(), ApiError> {
    let mut ranges: Vec<_> = ranges.enumerate().map(|(index, (start, end))| (start, end, index)).collect();
    ranges.sort_unstable();
    match ranges.iter().zip(ranges.iter().skip(1)).find(|(left, right)| left.1 >= right.0) {
        Some(((_, _, left), (_, _, right))) => {
            let path = |index: &usize| FieldPath::of("allocations").at(*index);
            let (first, second) = (path(left.min(right)), path(left.max(right)));
            let problem =
                format!("`{first}` and `{second}` overlap: each bucket can belong to one allocation only");
            Err(ApiError::invalid(problem).on_field(first))
        }
        None => Ok(()),
    }
}

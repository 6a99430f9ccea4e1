//! Paginated lists.

use serde::{Deserialize, Serialize};

use crate::{error::ApiError, query::Query};

/// A request for a page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    page: u64,
    page_size: u64,
}

impl PageRequest {
    /// The highest page number: 2^53.
    const MAX_PAGE: u64 = 1 << 53;
    /// The largest number of rows on a page.
    const MAX_SIZE: u64 = 100;

    /// Requests the first rows, at most 100.
    #[must_use]
    pub const fn first(rows: u64) -> Self {
        let page_size = if rows > Self::MAX_SIZE { Self::MAX_SIZE } else { rows };
        Self { page: 1, page_size: if page_size == 0 { 1 } else { page_size } }
    }

    /// Requests the first rows, at least one, without an upper limit. Not for numbers from a client's request.
    #[must_use]
    pub const fn up_to(rows: u64) -> Self {
        Self { page: 1, page_size: if rows == 0 { 1 } else { rows } }
    }

    /// Requests a page of `rows` rows, at most 100. Numbers out of range are clamped.
    #[must_use]
    pub fn of(page: u64, rows: u64) -> Self {
        Self { page: page.clamp(1, Self::MAX_PAGE), ..Self::first(rows) }
    }

    /// Reads `page` and `pageSize`, of which a query has both or neither. The default is page 1 of 20 rows.
    ///
    /// # Errors
    /// Returns 400 if only one of both is given, or a number is out of range.
    pub fn from_query(query: &Query<'_>) -> Result<Self, ApiError> {
        match (query.optional("page")?, query.optional("pageSize")?) {
            (None, None) => Ok(Self { page: 1, page_size: 20 }),
            (Some(page), Some(page_size)) => Ok(Self {
                page: number("page", page, Self::MAX_PAGE)?,
                page_size: number("pageSize", page_size, Self::MAX_SIZE)?,
            }),
            (None, Some(_)) => Err(ApiError::invalid_parameter("page", "is required if `pageSize` is given")),
            (Some(_), None) => Err(ApiError::invalid_parameter("pageSize", "is required if `page` is given")),
        }
    }

    /// Returns the number of rows to read, at least 1.
    #[must_use]
    pub const fn limit(self) -> i64 {
        self.page_size.cast_signed()
    }

    /// Returns the number of rows to skip. The maximum, 2^53 × 100, fits into an `i64`.
    #[must_use]
    pub const fn offset(self) -> i64 {
        ((self.page - 1) * self.page_size).cast_signed()
    }

    /// Returns the page with these rows, out of `total` rows.
    #[must_use]
    pub fn respond<T>(self, data: Vec<T>, total: u64) -> Page<T> {
        let Self { page, page_size } = self;
        Page {
            data,
            pagination: Pagination { page, page_size, total, total_pages: total.div_ceil(page_size) },
        }
    }
}

fn number(name: &str, text: &str, max: u64) -> Result<u64, ApiError> {
    text.parse()
        .ok()
        .filter(|number| (1..=max).contains(number) && text.bytes().all(|byte| byte.is_ascii_digit()))
        .ok_or_else(|| ApiError::invalid_parameter(name, format_args!("must be an integer from 1 to {max}")))
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows of the page.
    pub data: Vec<T>,
    /// The position of the page in the list.
    pub pagination: Pagination,
}

/// The position of a page in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    /// The page number, from 1.
    pub page: u64,
    /// The number of rows on a page, 1 to 100.
    pub page_size: u64,
    /// The number of rows in the list.
    pub total: u64,
    /// The number of pages; 0 if there are no rows.
    pub total_pages: u64,
}

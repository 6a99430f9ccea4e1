//! Lists in pages.

use serde::{Deserialize, Serialize};

use crate::{error::ApiError, query::Query};

/// Which page of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    page: u64,
    page_size: u64,
}

impl PageRequest {
    /// The last page that can be asked for: 2^53.
    const MAX_PAGE: u64 = 1 << 53;
    /// The most rows on one page.
    const MAX_SIZE: u64 = 100;

    /// The first rows, at most 100.
    #[must_use]
    pub const fn first(rows: u64) -> Self {
        let page_size = if rows > Self::MAX_SIZE { Self::MAX_SIZE } else { rows };
        Self { page: 1, page_size: if page_size == 0 { 1 } else { page_size } }
    }

    /// The first rows, however many: not for what a request asks for.
    #[must_use]
    pub const fn up_to(rows: u64) -> Self {
        Self { page: 1, page_size: rows }
    }

    /// A page of that many rows, at most 100. Numbers out of range are taken for the nearest within.
    #[must_use]
    pub fn of(page: u64, rows: u64) -> Self {
        Self { page: page.clamp(1, Self::MAX_PAGE), ..Self::first(rows) }
    }

    /// Reads `page` and `pageSize`: both or neither; page 1 of 20 rows by default.
    ///
    /// # Errors
    /// 400 for one without the other, and for numbers out of range.
    pub fn from_query(query: &Query<'_>) -> Result<Self, ApiError> {
        match (query.optional("page")?, query.optional("pageSize")?) {
            (None, None) => Ok(Self { page: 1, page_size: 20 }),
            (Some(page), Some(page_size)) => Ok(Self {
                page: number("page", page, Self::MAX_PAGE)?,
                page_size: number("pageSize", page_size, Self::MAX_SIZE)?,
            }),
            (None, Some(_)) => Err(ApiError::invalid("`page` is required beside `pageSize`")),
            (Some(_), None) => Err(ApiError::invalid("`pageSize` is required beside `page`")),
        }
    }

    /// How many rows to take, 1 to 100.
    #[must_use]
    pub const fn limit(self) -> i64 {
        self.page_size.cast_signed()
    }

    /// How many rows to skip. At most 2^53 × 100, which an `i64` holds.
    #[must_use]
    pub const fn offset(self) -> i64 {
        ((self.page - 1) * self.page_size).cast_signed()
    }

    /// The answer that holds these rows, of `total` in all.
    #[must_use]
    pub fn answer<T>(self, data: Vec<T>, total: u64) -> Page<T> {
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
        .ok_or_else(|| ApiError::invalid(format!("`{name}` must be an integer from 1 to {max}")))
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Where they stand in the whole list.
    pub pagination: Pagination,
}

/// Where a page stands in the whole list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    /// The page, from 1.
    pub page: u64,
    /// Rows on a page, 1 to 100.
    pub page_size: u64,
    /// Rows in all.
    pub total: u64,
    /// Pages in all; 0 without rows.
    pub total_pages: u64,
}

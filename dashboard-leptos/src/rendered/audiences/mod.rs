//! The list of audiences.

mod list;

pub(crate) use list::{AudienceListRow, list};

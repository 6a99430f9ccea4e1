//! The list of audiences and the page of an audience.

mod detail;
mod draft;
mod editor;
mod list;
mod uses;

pub(crate) use detail::AudiencePage;
pub(crate) use list::Audiences;

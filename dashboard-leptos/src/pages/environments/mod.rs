//! The list of environments and the page of an environment.

mod detail;
mod list;
mod opened;
mod state;

pub(crate) use detail::EnvironmentPage;
pub(crate) use list::Environments;

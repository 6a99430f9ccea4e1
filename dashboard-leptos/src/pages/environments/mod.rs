//! The list of environments, the page to create one, and the page of an environment.

mod detail;
mod list;
mod new;
mod opened;
mod state;

pub(crate) use detail::EnvironmentPage;
pub(crate) use list::Environments;

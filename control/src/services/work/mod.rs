//! The services and their dependencies, and units of work: how a service reads, and how it changes an environment.
//!
//! | module | holds |
//! |---|---|
//! | `services` | [`Services`], and transactions that read |
//! | `unit` | units of work: transactions that change one environment for one principal |
//! | `change` | the change that a unit of work makes: entity, action, before, after |
//! | `entity` | the entities of changes |
//! | `commit` | committing a unit of work with its change |

mod change;
mod commit;
mod entity;
mod services;
mod unit;

pub use edgewise_api::Outcome;

pub(super) use change::{Action, Change};
pub(super) use commit::Publishing;
pub use services::Services;
pub(super) use unit::{Subject, UnitOfWork};

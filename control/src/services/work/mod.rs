//! The services and their dependencies, and units of work: how a service reads, and how it changes an environment.
//!
//! | module | holds |
//! |---|---|
//! | `services` | [`Services`], and transactions that read |
//! | `unit` | units of work: transactions that change one environment for one principal |
//! | `change` | the change that a unit of work makes: entity, action, before, after |
//! | `entity` | the entities of changes |
//! | `commit` | committing a unit of work with its change |
//! | `outcome` | the outcome of a change, for the caller |

mod change;
mod commit;
mod entity;
mod outcome;
mod services;
mod unit;

pub(super) use change::{Action, Change};
pub(super) use commit::Publishing;
pub use outcome::Outcome;
pub use services::Services;
pub(super) use unit::{Subject, UnitOfWork};

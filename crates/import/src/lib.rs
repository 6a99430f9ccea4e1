//! Importing what another system keeps: ids, salts, states, times and version numbers stay as they are, so that every user
//! stays in the same variant.
//!
//! | module | holds |
//! |---|---|
//! | [`reference`] | reading the reference system: its database, or a snapshot that it published |
//! | [`found`] | what a system was found to keep, and what cannot be imported |
//! | [`plan`] | the plan: what is new, the same, or different and so left alone |
//! | `report` | a plan as text |
//! | [`run`] | showing a plan, or carrying it out |
//!
//! One folder holds the reader of each system. A reader reads rows with the functions that read requests, so that
//! whatever is imported could have been made here, and whatever cannot be is refused for the same reasons. Writing is left
//! to [`Services::import`](edgewise_control::services::Services::import).
#![forbid(unsafe_code)]

pub mod found;
pub mod plan;
pub mod reference;
mod report;
pub mod run;

pub use found::{Found, LeftOut};
pub use plan::{EnvironmentPlan, Fate, Planned, plan};

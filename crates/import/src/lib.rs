//! Importing the data of another system. Ids, salts, statuses, times and version numbers are kept, so that every user stays
//! in the same variant.
//!
//! | module | holds |
//! |---|---|
//! | [`mod@reference`] | reading the reference system: its database, or a published snapshot |
//! | [`source`] | the data of a source system, and the resources that cannot be imported |
//! | [`mod@plan`] | the plan: a comparison of every imported resource with the existing resources |
//! | `report` | a plan as text |
//! | [`run`] | reporting a plan, or applying it |
//!
//! Each system has a folder with its reader. A reader validates rows with the functions that validate requests, so that
//! every imported resource is one that the API could have created, and other resources are refused with the same errors.
//! [`Services::import`](edgewise_control::services::Services::import) writes the resources.
#![forbid(unsafe_code)]

pub mod plan;
pub mod reference;
mod report;
pub mod run;
pub mod source;

pub use plan::{Comparison, EnvironmentPlan, PlannedItem, plan};
pub use source::{Skipped, SourceData};

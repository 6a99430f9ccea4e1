//! Imports: writing what another system keeps. The crate `edgewise-import` reads other systems and plans what to add;
//! this module carries a plan out.
//!
//! | module | holds |
//! |---|---|
//! | `model` | the values that another system keeps |
//! | `existing` | what exists here already |
//! | `plan` | what a plan adds |
//! | `apply` | carrying a plan out, in one transaction |

mod apply;
mod existing;
mod model;
mod plan;

pub use apply::Imported;
pub use existing::{Existing, Target, existing};
pub use model::{Allocation, Audience, Environment, Experiment, Times, Variant};
pub use plan::{Additions, ImportPlan};

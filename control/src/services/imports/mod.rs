//! Importing the resources of another system. The crate `edgewise-import` reads other systems and plans the additions;
//! this module applies a plan.
//!
//! | module | holds |
//! |---|---|
//! | `model` | the resources of another system |
//! | `existing` | the resources that exist here |
//! | `plan` | the additions of a plan |
//! | `apply` | applying a plan in one transaction |

mod apply;
mod error;
mod existing;
mod model;
mod plan;

pub use apply::Imported;
pub use error::ImportError;
pub use existing::{Existing, ExistingReader, Target};
pub use model::{Allocation, Audience, Environment, Experiment, Times, Variant};
pub use plan::{Additions, ImportPlan};

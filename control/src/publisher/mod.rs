//! Publishing: from the database to the object store, so that nothing acknowledged is lost and nobody ever
//! reads half a version.
//!
//! Every change counts up its environment's `changes`, in its own transaction; one that is to be published sets
//! `due` to that number. One task in every control process looks for environments whose `due` is beyond
//! `published`, and for versions that an earlier attempt left pending: when this process makes a change, when the
//! database tells of one that another made, and once a second in any case. For each it takes a lease, records the
//! next version with its exact bytes as *pending*, writes it ([`upload`]), and moves `published` to the changes
//! that the version holds. Requests wait for `published` to reach their own number; several of them may be
//! served by one version.

mod compile;
mod context;
mod error;
mod lease;
mod objects;
mod progress;
mod record;
mod run;
mod step;
mod upload;

pub use context::OnPublished;
pub(crate) use context::Publisher;
pub(crate) use error::Unprepared;

//! Publishing from the database to the object store, so that no acknowledged change is lost and no reader sees an incomplete
//! version.
//!
//! Every change increments the `changes` of its environment in its own transaction; a change to publish sets `due` to that
//! number. One task in every control process looks for environments whose `due` is greater than `published`, and for
//! versions that an earlier attempt left pending: when this process makes a change, when the database notifies it of a
//! change of another process, and once a second in any case. For each environment, the task acquires a lease, records the
//! next version with its exact bytes as *pending*, writes the version ([`upload`]), and sets `published` to the last change
//! that the version includes. A request waits until `published` reaches the number of its change; one version may serve
//! several requests.
//!
//! | module | holds |
//! |---|---|
//! | `context` | [`Publisher`], and waiting for a change to be published |
//! | `run` | the task that looks for work and does it |
//! | `record` | recording pending versions |
//! | `snapshot` | building snapshots from content, and compiling them |
//! | `live_list` | what is live of each experiment, of versions of earlier releases |
//! | `upload` | writing a pending version to the object store |
//! | `objects` | calls of the object store, with a timeout |
//! | `lease` | the lease on an environment |
//! | `progress` | the progress of each environment, for the requests that wait |
//! | `step`, `error` | the outcome of a step |

mod context;
mod error;
mod lease;
mod live_list;
mod objects;
mod progress;
mod record;
mod run;
mod snapshot;
mod step;
mod upload;

pub use context::OnPublished;
pub(crate) use context::{Followers, Publisher};
pub(crate) use error::PrepareError;

//! Building what runs in browsers, in Node and at the edge.
//!
//! | module | builds |
//! |---|---|
//! | `package` | the npm package |
//! | `dashboard` | the dashboard's browser files |
//! | `worker` | the edge worker |
//! | `worker_store` | the snapshot store that the worker's tests and benchmark read |
//! | `bindgen` | the JavaScript side of WASM modules |
//! | `parts` | the files of a module that was split |
//! | `record` | nothing: it decides whether results of slow steps are still valid |

mod bindgen;
pub(crate) mod dashboard;
pub(crate) mod package;
mod parts;
mod record;
pub(crate) mod worker;
pub(crate) mod worker_store;

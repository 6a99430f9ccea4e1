//! What runs elsewhere than natively, and how it is built.
//!
//! | module | builds |
//! |---|---|
//! | `package` | the npm package |
//! | `dashboard` | what browsers load of the dashboard |
//! | `worker` | the edge worker |
//! | `worker_store` | the snapshot store that the worker's tests and bench read |
//! | `bindgen` | the JavaScript side of WASM modules |

mod bindgen;
pub(crate) mod dashboard;
pub(crate) mod package;
pub(crate) mod worker;
pub(crate) mod worker_store;

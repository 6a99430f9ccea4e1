//! `cargo xtask bench`: benchmarks of release builds.
//!
//! | module | measures |
//! |---|---|
//! | `command` | native code; it also selects the benchmark |
//! | `wasm` | the npm package |
//! | `worker` | the edge worker |
//! | `dashboard` | the dashboard's pages |
//! | `cpu` | nothing: it pins programs to a core |

mod command;
mod cpu;
mod dashboard;
mod wasm;
mod worker;

pub(crate) use command::{Args, run};

//! `cargo xtask bench`: release builds, each on its own core.
//!
//! | module | measures |
//! |---|---|
//! | `command` | what is written in Rust; and chooses among all |
//! | `wasm` | the npm package |
//! | `worker` | the edge worker |
//! | `dashboard` | the dashboard's pages |
//! | `cpu` | nothing: it keeps a program on one core |

mod command;
mod cpu;
mod dashboard;
mod wasm;
mod worker;

pub(crate) use command::{Args, run};

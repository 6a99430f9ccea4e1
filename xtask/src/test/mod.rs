//! All checks, and tests that can run for longer on their own.
//!
//! | module | runs |
//! |---|---|
//! | `steps` | `cargo xtask test`: all checks, step by step |
//! | `package`, `dashboard`, `worker` | the tests in Node, in Chromium and in the worker's runtime |
//! | `javascript` | tests in JavaScript |
//! | `workspace` | nothing: it holds the packages and features that steps compile |
//! | `soak` | `cargo xtask soak`: the crash test |
//! | `parity` | `cargo xtask parity`: the differential test |
//! | `fuzz` | `cargo xtask fuzz`: the fuzz targets |

mod dashboard;
pub(crate) mod fuzz;
mod javascript;
mod package;
pub(crate) mod parity;
pub(crate) mod soak;
mod steps;
mod worker;
mod workspace;

pub(crate) use package::run as package;
pub(crate) use steps::{Args, run};

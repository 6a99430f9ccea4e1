//! All checks, and tests that one runs by themselves for longer.
//!
//! | module | runs |
//! |---|---|
//! | `steps` | `cargo xtask test`: all checks, step by step |
//! | `package`, `dashboard`, `worker` | the tests of what runs elsewhere than natively |
//! | `javascript` | how tests in JavaScript are started |
//! | `workspace` | what cargo compiles for tests and lints |
//! | `soak` | `cargo xtask soak` |
//! | `parity` | `cargo xtask parity` |
//! | `fuzz` | `cargo xtask fuzz` |

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

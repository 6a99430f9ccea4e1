//! The settings of the program, and where a setting comes from: flags, then `EDGEWISE_*` variables (an empty variable counts
//! as not set), then `edgewise.toml`, then the defaults.
//!
//! | module | holds |
//! |---|---|
//! | `cli` | the subcommands |
//! | `planes`, `import` | the options of each subcommand |
//! | `data`, `limit`, `process` | options that several subcommands have |
//! | `values` | the values of options, checked |
//! | `file` | `edgewise.toml` |
//! | `read` | reading all of them |
//!
//! Options only fill the settings of what they configure, such as [`edgewise_control::Options`] or
//! [`edgewise_http::RateLimit`].

mod cli;
mod data;
mod file;
mod import;
mod limit;
mod planes;
mod process;
mod read;
mod values;

pub use cli::{Cli, Command, Task};
pub use data::{BucketOptions, DataOptions};
pub use import::{FromOptions, ImportCommand, IntoOptions, ReferenceOptions, SnapshotPlace};
pub use limit::LimitOptions;
pub use planes::{ControlOptions, DecideOptions, GatewayOptions, ServeOptions};
pub use process::{LogFormat, ProcessOptions};
pub use read::{Refusal, read};
pub use values::{Addresses, LogFilter, SourceUrl, StoreUrl};

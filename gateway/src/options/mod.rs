//! The options of the program. A flag overrides a variable (`EDGEWISE_*`; an empty variable counts as not set), a variable
//! overrides `edgewise.toml`, and `edgewise.toml` overrides the default.
//!
//! | module | holds |
//! |---|---|
//! | `cli` | the subcommands |
//! | `planes`, `import` | the options of each subcommand |
//! | `connections`, `data`, `limit`, `process` | options that several subcommands share |
//! | `values` | parsing and validating the values of options |
//! | `file` | reading `edgewise.toml` |
//! | `read` | combining flags, variables and the file |
//!
//! The options are converted to the settings types of the crates that they configure, such as
//! [`edgewise_control::Options`] and [`edgewise_http::RateLimit`].

mod cli;
mod connections;
mod data;
mod file;
mod import;
mod limit;
mod planes;
mod process;
mod read;
mod values;

pub use cli::{Cli, Command, Task};
pub use connections::ConnectionOptions;
pub use data::{BucketOptions, DataOptions};
pub use import::{ImportCommand, ReferenceOptions, SnapshotLocation, SourceOptions, TargetOptions};
pub use limit::LimitOptions;
pub use planes::{ControlOptions, DecideOptions, GatewayOptions, ServeOptions};
pub use process::{LogFormat, ProcessOptions};
pub use read::{OptionsError, read};
pub use values::{LogFilter, SourceUrl, StoreUrl};

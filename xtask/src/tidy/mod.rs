//! `cargo xtask tidy`: the rules of the house that the compiler cannot check.
//!
//! | module | holds |
//! |---|---|
//! | `check` | applying all rules to the repository |
//! | `arrows` | which crates may depend on which, and on which libraries |
//! | `modules` | which modules may name which |
//! | `circles` | no circle of files |
//! | `layers` | where SQL, HTTP and the standard library are allowed |
//! | `leftovers` | unfinished code and tests that do not run |
//! | `origins` | public package registries, and no path of one machine |
//! | `size` | how long and large files may be |
//! | `graph` | which file names what of which other file |
//! | `metadata` | what cargo knows of the workspace |
//! | `rust_source` | code, literals and comments told apart |
//! | `names` | names that one file uses of another, as a finding lists them |
//! | `paths` | files that rules treat differently |
//! | `finding` | what a rule finds |

mod arrows;
mod check;
mod circles;
mod finding;
mod graph;
mod layers;
mod leftovers;
mod metadata;
mod modules;
mod names;
mod origins;
mod paths;
mod rust_source;
mod size;

pub(crate) use check::run;

//! `cargo xtask tidy`: the rules of the repository, which the compiler cannot check.
//!
//! | module | holds |
//! |---|---|
//! | `check` | applying all rules to the repository |
//! | `arrows` | which crates may depend on which, and on which libraries |
//! | `modules` | which modules may use which |
//! | `circles` | no circular dependencies between files |
//! | `layers` | where SQL, HTTP and the standard library are allowed |
//! | `leftovers` | unfinished code and tests that do not run |
//! | `origins` | public package registries, and no path of one machine |
//! | `principals` | where principals are created |
//! | `size` | how long and large files may be |
//! | `stale` | rules that name a file or a crate which no longer exists, and so find nothing |
//! | `graph` | the names that each file uses of other files |
//! | `metadata` | the output of `cargo metadata` |
//! | `rust_source` | separating code, literals and comments |
//! | `names` | lists of names in findings |
//! | `paths` | files with special treatment |
//! | `finding` | the result of a rule |

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
mod principals;
mod rust_source;
mod size;
mod stale;

pub(crate) use check::run;

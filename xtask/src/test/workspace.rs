//! The packages and features that lints and tests compile.

/// The same packages and features for linting, building and testing, so that cargo compiles each dependency once.
pub(super) const EVERYTHING: [&str; 2] = ["--workspace", "--all-features"];

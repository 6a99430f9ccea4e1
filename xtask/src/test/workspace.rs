//! What cargo compiles for tests and lints.

/// One choice of packages and features for linting, building and testing, so that cargo compiles each
/// dependency once for all of them.
pub(super) const EVERYTHING: [&str; 2] = ["--workspace", "--all-features"];

//! The packages and features that lints, tests and checks compile.

/// The same packages and features for linting, building and testing, so that cargo compiles each dependency once.
pub(super) const EVERYTHING: [&str; 2] = ["--workspace", "--all-features"];

/// The check of the fuzz targets, a workspace of its own. A stable compiler can check the targets. Without the default
/// features, libFuzzer is not compiled, which would need a C++ compiler.
pub(super) const FUZZ_TARGETS: [&str; 5] =
    ["check", "--locked", "--manifest-path", "tests/fuzz/Cargo.toml", "--no-default-features"];

/// The check of the benchmark against peers, a workspace of its own.
pub(super) const PEERS: [&str; 4] = ["check", "--locked", "--manifest-path", "tests/peers/Cargo.toml"];

//! `cargo xtask package`: builds, tests and packs the npm package.

use std::{fs, path::PathBuf};

use anyhow::Result;

use crate::{
    build::package::{self, PACKAGE},
    cargo, test,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write the package into this directory, as the .tgz that npm would publish
    #[arg(long, value_name = "DIRECTORY")]
    pack: Option<PathBuf>,
    /// Run the package's tests too, as `cargo xtask test` does
    #[arg(long)]
    test: bool,
}

/// Builds the package; tests and packs it if the arguments say so.
///
/// # Errors
/// If the package cannot be built or packed, or a test fails.
pub(crate) fn run(args: &Args) -> Result<()> {
    if args.test {
        test::package()?
    } else {
        package::build()?
    }
    let Some(directory) = &args.pack else { return Ok(()) };
    fs::create_dir_all(directory)?;
    let mut npm = cargo::command("npm")?;
    npm.args(["pack", "--ignore-scripts", "--silent", "--pack-destination"])
        .arg(fs::canonicalize(directory)?);
    cargo::run(npm.arg(format!("./{PACKAGE}")))
}

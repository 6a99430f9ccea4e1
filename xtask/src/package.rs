//! `cargo xtask package`: builds, tests and packs the npm package.

use std::{fs, path::PathBuf};

use anyhow::Result;

use crate::{
    build::package::{self, PACKAGE},
    cargo, test,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write the package as npm would publish it, as a .tgz, into this directory
    #[arg(long, value_name = "DIRECTORY")]
    pack: Option<PathBuf>,
    /// Run its tests too, as `cargo xtask test` does
    #[arg(long)]
    test: bool,
}

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
    cargo::succeed(npm.arg(format!("./{PACKAGE}")))
}

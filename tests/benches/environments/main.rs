//! Threads and memory of `edgewise serve` with many environments: `cargo xtask bench environments`.
//!
//! The environments have ten running experiments each (`W10`). The figures are taken when the process is idle after a start,
//! right after a load of mixed requests over all environments (decisions, published objects, reads and changes of the
//! configuration), and when the process is idle again. The baseline is a process with one environment and the same load.

mod fill;
mod load;
mod plane;

use anyhow::Result;
use clap::Parser;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use plane::{Figures, Plane};

/// Measures the threads and the memory of `edgewise serve`.
#[derive(Parser)]
struct Args {
    /// Measure fewer environments and requests
    #[arg(long)]
    quick: bool,
    /// Cargo passes this flag
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (environments, requests) = if args.quick { (50, 5_000) } else { (1000, 100_000) };
    let rows = [measure(&runtime, 1, requests)?, measure(&runtime, environments, requests)?];
    println!("Threads and resident memory (MB) of `edgewise serve`; {requests} requests, 32 at a time.\n");
    println!(
        "{:>14}{:>14}{:>10}{:>14}{:>10}{:>14}{:>10}{:>14}",
        "environments", "idle: threads", "MB", "load: threads", "MB", "idle: threads", "MB", "most MB",
    );
    for Row { environments, started, loaded, rested } in &rows {
        println!(
            "{:>14}{:>14}{:>10.1}{:>14}{:>10.1}{:>14}{:>10.1}{:>14.1}",
            environments,
            started.threads,
            started.resident_mb,
            loaded.threads,
            loaded.resident_mb,
            rested.threads,
            rested.resident_mb,
            rested.most_resident_mb,
        );
    }
    println!("\nThe first idle figures are from a new process that has decided once in each environment.");
    Ok(())
}

/// The figures of a process.
struct Row {
    environments: usize,
    started: Figures,
    loaded: Figures,
    rested: Figures,
}

fn measure(runtime: &Runtime, environments: usize, requests: usize) -> Result<Row> {
    let scratch = TempDir::new()?;
    let filled = Plane::start(scratch.path())?;
    let subjects = runtime.block_on(fill::fill(&filled, environments))?;
    filled.stop()?;

    let plane = Plane::start(scratch.path())?;
    runtime.block_on(load::decide_once(&plane, &subjects))?;
    plane.rest();
    let started = plane.figures()?;
    runtime.block_on(load::load(&plane, &subjects, requests))?;
    let loaded = plane.figures()?;
    plane.rest();
    let rested = plane.figures()?;
    plane.stop()?;
    Ok(Row { environments, started, loaded, rested })
}

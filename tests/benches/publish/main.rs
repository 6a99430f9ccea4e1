//! The delay until a change is live, and the cost of publishing: `cargo xtask bench publish`.
//!
//! *Delay*: from the HTTP response to a change (a new payload of a variant) to the first decision with the change, on a
//! decision plane that follows the event stream, on a decision plane that polls at the default interval, and, as the
//! baseline, in `edgewise serve`, which installs a new version before it responds. *Cost*: the same change in environments of
//! several sizes, compared with a change that is only saved, because its experiment does not run.

mod plane;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use edgewise_tests::{
    rounds::{median, take_turns},
    workloads::Workload,
};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use plane::{Editable, Plane};

/// The default poll interval of decision planes.
const POLL_SECS: f64 = 5.0;
/// The golden ratio, which distributes any number of changes evenly over the poll interval.
const SPREAD: f64 = 0.618_033_988_749_895;

/// Measures the delay until a change is live, and the cost of publishing.
#[derive(Parser)]
struct Args {
    /// Run fewer rounds, with smaller environments
    #[arg(long)]
    quick: bool,
    /// Cargo passes this flag
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let scratch = TempDir::new()?;
    measure_delay(&runtime, &scratch, if args.quick { 3 } else { 25 })?;
    let sizes: &[Workload] = if args.quick {
        &[Workload::M100, Workload::M1000]
    } else {
        &[Workload::M100, Workload::M1000, Workload::S10000]
    };
    measure_cost(&runtime, &scratch, sizes, if args.quick { 3 } else { 15 })
}

/// A plane that decides, and the variant that is changed.
struct Contender<'a> {
    name: &'static str,
    decides: &'a Plane,
    polls: bool,
    changed: &'a Editable,
}

fn measure_delay(runtime: &Runtime, scratch: &TempDir, rounds: usize) -> Result<()> {
    let serve = Plane::serve(&scratch.path().join("serve"), Workload::W1)?;
    let control = Plane::control(&scratch.path().join("apart"), Workload::W1)?;
    let pushed = Plane::decide(&control, true)?;
    let polling = Plane::decide(&control, false)?;
    let in_serve = runtime.block_on(serve.running())?;
    let in_control = runtime.block_on(control.running())?;
    let contenders = [
        Contender { name: "serve, one process", decides: &serve, polls: false, changed: &in_serve },
        Contender { name: "decide, pushed to", decides: &pushed, polls: false, changed: &in_control },
        Contender { name: "decide, polling every 5 s", decides: &polling, polls: true, changed: &in_control },
    ];
    let mut turn = 0_u32;
    let samples = take_turns(rounds, contenders.len(), |number| {
        let contender = contenders.get(number).context("contenders are numbered from 0")?;
        turn += 1;
        // The pause varies the time until the next poll.
        let pause = if contender.polls { POLL_SECS * (f64::from(turn) * SPREAD).fract() } else { 0.0 };
        runtime.block_on(async {
            tokio::time::sleep(Duration::from_secs_f64(pause)).await;
            contender.delay_ms(&format!("change-{turn}")).await
        })
    })?;
    println!(
        "From the HTTP response to a change to the first decision with the change; medians of {rounds} rounds.\n"
    );
    println!("{:<28}{:>12}{:>12}{:>12}", "decided in", "median ms", "least ms", "most ms");
    for (contender, mut samples) in contenders.iter().zip(samples) {
        samples.sort_by(f64::total_cmp);
        println!(
            "{:<28}{:>12.2}{:>12.2}{:>12.2}",
            contender.name,
            median(&samples),
            samples.first().copied().unwrap_or(f64::NAN),
            samples.last().copied().unwrap_or(f64::NAN),
        );
    }
    println!();
    Ok(())
}

impl Contender<'_> {
    /// Makes a change, and returns the delay until a decision contains the change, in ms. The delay includes the time of the
    /// decide request.
    async fn delay_ms(&self, value: &str) -> Result<f64> {
        self.changed.change(value).await?;
        let responded = Instant::now();
        while !self.decides.decides_with(value).await? {
            ensure!(
                responded.elapsed() < Duration::from_secs(60),
                "{}: the change is not live within 60 s",
                self.name
            );
        }
        Ok(responded.elapsed().as_secs_f64() * 1e3)
    }
}

/// The cost of one change.
struct Cost {
    response_ms: f64,
    cpu_ms: f64,
}

fn measure_cost(runtime: &Runtime, scratch: &TempDir, sizes: &[Workload], rounds: usize) -> Result<()> {
    let mut planes = Vec::new();
    for size in sizes {
        let plane = Plane::control(&scratch.path().join(size.name), *size)?;
        let (running, draft) = runtime
            .block_on(async { Ok::<_, anyhow::Error>((plane.running().await?, plane.draft().await?)) })?;
        planes.push((plane, [draft, running]));
    }
    let mut turn = 0_u32;
    let samples = take_turns(rounds, planes.len() * 2, |number| {
        turn += 1;
        let (plane, edits) = planes.get(number / 2).context("each plane has two contenders")?;
        let edited = edits.get(number % 2).context("each plane has two contenders")?;
        let (cpu, began) = (plane.cpu_ms()?, Instant::now());
        runtime.block_on(edited.change(&format!("cost-{turn}")))?;
        let response_ms = began.elapsed().as_secs_f64() * 1e3;
        Ok::<_, anyhow::Error>(Cost { response_ms, cpu_ms: plane.cpu_ms()? - cpu })
    })?;
    println!(
        "Response times of a change that is only saved, and of a change that is published; medians of {rounds} rounds.\n"
    );
    println!(
        "{:>12}{:>12}{:>14}{:>10}{:>12}{:>14}{:>12}{:>14}",
        "experiments",
        "saved ms",
        "published ms",
        "× saved",
        "CPU saved",
        "CPU published",
        "JSON kB",
        "ruleset kB"
    );
    for ((size, (plane, _)), costs) in sizes.iter().zip(&planes).zip(samples.chunks(2)) {
        let [saved, published] = costs else { continue };
        let of = |costs: &[Cost], cost: fn(&Cost) -> f64| median(&costs.iter().map(cost).collect::<Vec<_>>());
        let ratios: Vec<f64> = saved
            .iter()
            .zip(published)
            .map(|(saved, published)| published.response_ms / saved.response_ms)
            .collect();
        let (json, ruleset) = plane.published_kb()?;
        println!(
            "{:>12}{:>12.2}{:>14.2}{:>10.1}{:>12.2}{:>14.2}{:>12.1}{:>14.1}",
            size.experiments,
            of(saved, |cost| cost.response_ms),
            of(published, |cost| cost.response_ms),
            median(&ratios),
            of(saved, |cost| cost.cpu_ms),
            of(published, |cost| cost.cpu_ms),
            json,
            ruleset,
        );
    }
    println!(
        "\n× saved: median of the ratios of all rounds. CPU: ms of the control plane's threads until the response."
    );
    println!("Published means written to disk: the database, four files, and the directories of the files.");
    Ok(())
}

//! How soon a change is decided, and what publishing costs: `cargo xtask bench publish`.
//!
//! *How soon*: from the HTTP answer to a change (a variant's new payload) to the first decision that shows it, on a decision
//! plane that is pushed to, on one that polls at the default interval, and, as the baseline, in `edgewise serve`, which
//! hands a new version over before it answers. *What it costs*: the same change in environments of several sizes, next to
//! one that is only saved, since its experiment does not run.

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

/// How often decision planes look for new versions, where nothing else is said.
const POLL_SECS: f64 = 5.0;
/// The golden ratio spreads the moments of changes evenly over the poll interval, however many there are.
const SPREAD: f64 = 0.618_033_988_749_895;

/// Measures how soon a change is decided, and what publishing costs.
#[derive(Parser)]
struct Args {
    /// Fewer rounds and smaller environments
    #[arg(long)]
    quick: bool,
    /// Cargo passes this
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let scratch = TempDir::new()?;
    how_soon(&runtime, &scratch, if args.quick { 3 } else { 25 })?;
    let sizes: &[Workload] = if args.quick {
        &[Workload::M100, Workload::M1000]
    } else {
        &[Workload::M100, Workload::M1000, Workload::S10000]
    };
    what_it_costs(&runtime, &scratch, sizes, if args.quick { 3 } else { 15 })
}

/// A place to decide, and what is changed to be decided there.
struct Contender<'a> {
    name: &'static str,
    decides: &'a Plane,
    polls: bool,
    changed: &'a Editable,
}

fn how_soon(runtime: &Runtime, scratch: &TempDir, rounds: usize) -> Result<()> {
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
        // So that the wait for a poll is of any length.
        let pause = if contender.polls { POLL_SECS * (f64::from(turn) * SPREAD).fract() } else { 0.0 };
        runtime.block_on(async {
            tokio::time::sleep(Duration::from_secs_f64(pause)).await;
            contender.soon(&format!("change-{turn}")).await
        })
    })?;
    println!(
        "From a change's HTTP answer to the first decision that shows it; medians of {rounds} rounds.\n"
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
    /// Makes a change, and tells after how many ms a decision shows it. Asking takes its time too, which counts.
    async fn soon(&self, value: &str) -> Result<f64> {
        self.changed.change(value).await?;
        let answered = Instant::now();
        while !self.decides.shows(value).await? {
            ensure!(
                answered.elapsed() < Duration::from_secs(60),
                "{}: the change is never decided",
                self.name
            );
        }
        Ok(answered.elapsed().as_secs_f64() * 1e3)
    }
}

/// What one change took.
struct Cost {
    answer_ms: f64,
    cpu_ms: f64,
}

fn what_it_costs(runtime: &Runtime, scratch: &TempDir, sizes: &[Workload], rounds: usize) -> Result<()> {
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
        let (plane, edits) = planes.get(number / 2).context("two contenders a plane")?;
        let edited = edits.get(number % 2).context("two contenders a plane")?;
        let (cpu, began) = (plane.cpu_ms()?, Instant::now());
        runtime.block_on(edited.change(&format!("cost-{turn}")))?;
        let answer_ms = began.elapsed().as_secs_f64() * 1e3;
        Ok::<_, anyhow::Error>(Cost { answer_ms, cpu_ms: plane.cpu_ms()? - cpu })
    })?;
    println!("A change's HTTP answer, saved alone and published too; medians of {rounds} rounds.\n");
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
            .map(|(saved, published)| published.answer_ms / saved.answer_ms)
            .collect();
        let (json, ruleset) = plane.published_kb()?;
        println!(
            "{:>12}{:>12.2}{:>14.2}{:>10.1}{:>12.2}{:>14.2}{:>12.1}{:>14.1}",
            size.experiments,
            of(saved, |cost| cost.answer_ms),
            of(published, |cost| cost.answer_ms),
            median(&ratios),
            of(saved, |cost| cost.cpu_ms),
            of(published, |cost| cost.cpu_ms),
            json,
            ruleset,
        );
    }
    println!(
        "\n× saved: median of the rounds' ratios. CPU: ms of the control plane's threads until the answer."
    );
    println!("Published means written to disk: the database, four files, and the directories they are in.");
    Ok(())
}

//! The time of a decision for every workload, compared with other engines: `cargo xtask bench peers`.
//!
//! One decision is one user and all experiments, from a parsed JSON object to reading the results. Converting the object to
//! the engine's own context counts, because a server does so for each request. The work for each version of the
//! configuration does not count.

mod engines;
mod experiment;

use std::{convert::Infallible, hint::black_box, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use edgewise_engine::Snapshot;
use edgewise_tests::{
    rounds::{Timed, median, take_turns},
    workloads::Workload,
};
use serde_json::Value;

use engines::{Edgewise, Engine, Eppo, Unleash, User};
use experiment::Experiment;

/// The engines in the order of the columns. Edgewise is first, and the other engines are compared with Edgewise.
const ENGINES: [&str; 3] = ["Edgewise", "eppo_core", "unleash-yggdrasil"];

/// Measures engines in turn: the decision of one user over all experiments of a workload, including reading the results.
#[derive(Parser)]
struct Args {
    /// Run fewer and shorter rounds
    #[arg(long)]
    quick: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let (rounds, slice) =
        if args.quick { (3, Duration::from_millis(10)) } else { (11, Duration::from_millis(40)) };

    eprintln!("preparing {} workloads, and checking the decisions of the engines", Workload::ALL.len());
    let cases = Workload::ALL.into_iter().map(Case::new).collect::<Result<Vec<_>>>()?;
    let mut contenders = Vec::new();
    for case in &cases {
        let all = case.contenders().with_context(|| format!("workload {}", case.workload.name))?;
        contenders.extend(all);
    }
    for contender in &mut contenders {
        contender.calibrate(slice);
    }
    let Ok(samples) = take_turns(rounds, contenders.len(), |number| {
        Ok::<_, Infallible>(contenders.get_mut(number).map_or(f64::NAN, Timed::ns_per_user))
    });
    let medians: Vec<f64> = samples.iter().map(|samples| median(samples)).collect();
    print(&cases, &medians, rounds);
    Ok(())
}

/// A workload with the expected decisions.
struct Case {
    workload: Workload,
    json: String,
    experiments: Vec<Experiment>,
    users: Vec<User>,
    /// For each user, the indices of the experiments in which the user gets a variant.
    matches: Vec<Vec<usize>>,
}

impl Case {
    fn new(workload: Workload) -> Result<Self> {
        let json = workload.snapshot().to_string();
        let experiments = Experiment::all(&Snapshot::from_json(json.as_bytes())?)?;
        let users = workload.users().into_iter().map(|user| {
            let Value::Object(context) = user.context else { bail!("a user's context is an object") };
            Ok(User { key: user.key, context })
        });
        let users = users.collect::<Result<Vec<_>>>()?;
        let matches = users.iter().map(|user| {
            let all = experiments.iter().enumerate();
            all.filter(|(_, experiment)| experiment.matches(&user.context)).map(|(index, _)| index).collect()
        });
        let matches = matches.collect();
        Ok(Self { workload, json, experiments, users, matches })
    }

    /// Returns the number of assignments of all users.
    fn all_matches(&self) -> usize {
        self.matches.iter().map(Vec::len).sum()
    }

    /// Returns the engines, in the order of [`ENGINES`].
    fn contenders(&self) -> Result<[Timed<'_>; 3]> {
        let [edgewise, eppo, unleash] = ENGINES;
        Ok([
            self.contender(edgewise, Edgewise::new(self.json.as_bytes()))?,
            self.contender(eppo, Eppo::new(&self.experiments))?,
            self.contender(unleash, Unleash::new(&self.experiments))?,
        ])
    }

    fn contender<'a>(&'a self, name: &str, engine: Result<impl Engine + 'a>) -> Result<Timed<'a>> {
        let checked = engine.and_then(|mut engine| self.check(&mut engine).map(|()| engine));
        let engine = checked.with_context(|| format!("{name} is not configured correctly"))?;
        Ok(timed(engine, &self.users))
    }

    /// Checks that an engine assigns each user to the expected experiments, and about half of the users to each variant.
    fn check(&self, engine: &mut impl Engine) -> Result<()> {
        let mut second_variants = 0;
        for (user, expected) in self.users.iter().zip(&self.matches) {
            let mut experiments = Vec::with_capacity(expected.len());
            engine.decide(user, |index, text| {
                experiments.push(index);
                second_variants += usize::from(self.is_second_variant(index, text));
            });
            ensure!(
                experiments == *expected,
                "`{}` is assigned to {} experiments, which differ from the {} expected experiments",
                user.key,
                experiments.len(),
                expected.len()
            );
        }
        let all = self.all_matches();
        ensure!(
            (all / 4..=all - all / 4).contains(&second_variants),
            "{second_variants} of {all} assignments are to the second variant, instead of about half"
        );
        Ok(())
    }

    /// Whether a result contains the payload of an experiment's second variant.
    fn is_second_variant(&self, index: usize, text: &[u8]) -> bool {
        let variant = self.experiments.get(index).and_then(|experiment| experiment.variants.get(1));
        variant.is_some_and(|variant| {
            let payload = variant.payload.as_bytes();
            text.windows(payload.len()).any(|window| window == payload)
        })
    }
}

/// The number of users in a pass. The number is that of the groups of countries, so that each pass has the same matches.
const USERS: u16 = 100;

/// Returns passes of an engine over the users of a case, with [`USERS`] users per pass.
fn timed<'a>(mut engine: impl Engine + 'a, users: &'a [User]) -> Timed<'a> {
    let mut users = users.iter().cycle();
    Timed::new(USERS.into(), move || {
        let mut sum = 0;
        for user in users.by_ref().take(USERS.into()) {
            engine.decide(black_box(user), |index, text| sum += index + text.len());
        }
        sum
    })
}

/// Prints the medians. Each case has one median for each engine.
fn print(cases: &[Case], medians: &[f64], rounds: usize) {
    println!("Medians of {rounds} rounds, in ns, and their ratio to the median of Edgewise.");
    println!(
        "One decision: one user, all experiments of the workload, from a parsed JSON object to reading the results.\n"
    );
    let [edgewise, peers @ ..] = ENGINES;
    print!("{:<9}{:>10}{edgewise:>12}", "workload", "matching");
    peers.iter().for_each(|peer| print!("{peer:>20}{:>9}", "×"));
    println!();
    for (case, medians) in cases.iter().zip(medians.chunks_exact(ENGINES.len())) {
        let [edgewise, peers @ ..] = medians else { continue };
        let matching = as_f64(case.all_matches()) / as_f64(case.users.len());
        print!("{:<9}{matching:>10.1}{edgewise:>12.0}", case.workload.name);
        peers.iter().for_each(|peer| print!("{peer:>20.0}{:>9.1}", peer / edgewise));
        println!();
    }
    println!(
        "\nmatching: mean number of experiments in which a user gets a variant, which is the same for all engines."
    );
    println!("The versions of the peers are in tests/peers/Cargo.lock.");
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

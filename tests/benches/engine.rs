//! The time of a decision for every workload, compared with hashing alone: `cargo xtask bench engine`.

use std::{
    convert::Infallible,
    hint::black_box,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use clap::Parser;
use edgewise_engine::{Buffer, Request, Ruleset, Salt, Snapshot, UserKey, bucket::KeyHash, oracle};
use edgewise_tests::{
    rounds::{Timed, median, take_turns},
    workloads::Workload,
};
use serde_json::{Map, Value};

/// Measures the engine: the decision of one user over all experiments of a workload, including reading the results.
#[derive(Parser)]
struct Args {
    /// Run fewer and shorter rounds
    #[arg(long)]
    quick: bool,
    /// Cargo passes this flag
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let (rounds, slice) =
        if args.quick { (3, Duration::from_millis(10)) } else { (11, Duration::from_millis(40)) };

    eprintln!("preparing {} workloads", Workload::ALL.len());
    let cases = Workload::ALL.into_iter().map(Case::new).collect::<Result<Vec<_>>>()?;
    let mut contenders: Vec<Timed> = cases.iter().flat_map(contenders).collect();
    for contender in &mut contenders {
        contender.calibrate(slice);
    }
    let Ok(samples) = take_turns(rounds, contenders.len(), |number| {
        Ok::<_, Infallible>(contenders.get_mut(number).map_or(f64::NAN, Timed::ns_per_user))
    });
    let medians: Vec<f64> = samples.iter().map(|samples| median(samples)).collect();
    print(&cases, &medians, rounds);
    print_rulesets(rounds)
}

/// Prints the sizes of rulesets, and the times to compile and to load them.
fn print_rulesets(rounds: usize) -> Result<()> {
    println!(
        "\nRulesets. From JSON: reading the snapshot, compiling and loading. Medians of {rounds} rounds.\n"
    );
    println!(
        "{:<9}{:>12}{:>12}{:>10}{:>15}{:>10}",
        "workload", "JSON bytes", "ruleset", "of JSON", "from JSON ms", "load ms"
    );
    for workload in [Workload::W10, Workload::D1000, Workload::S10000] {
        let json = workload.snapshot().to_string();
        let bytes = Ruleset::from_json(json.as_bytes())?.as_bytes().to_vec();
        let (mut compiling, mut loading) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            compiling.push(timed_ms(|| Ruleset::from_json(black_box(json.as_bytes())).is_ok()));
            let mut copy = Some(bytes.clone());
            loading.push(timed_ms(|| copy.take().map(|copy| Ruleset::load(black_box(copy)))));
        }
        println!(
            "{:<9}{:>12}{:>12}{:>8.1} %{:>15.2}{:>10.2}",
            workload.name,
            json.len(),
            bytes.len(),
            100.0 * as_f64(bytes.len()) / as_f64(json.len()),
            median(&compiling),
            median(&loading),
        );
    }
    Ok(())
}

/// Measures the time of a function in ms, without the time of dropping its result.
fn timed_ms<T>(run: impl FnOnce() -> T) -> f64 {
    let started = Instant::now();
    let result = black_box(run());
    let elapsed = started.elapsed();
    drop(result);
    elapsed.as_secs_f64() * 1e3
}

/// A workload that is prepared for decisions.
struct Case {
    workload: Workload,
    snapshot: Snapshot,
    ruleset: Ruleset,
    users: Vec<Person>,
}

struct Person {
    key: String,
    context: Map<String, Value>,
    /// The indices of the experiments in which the user gets a variant.
    matches: Vec<u32>,
}

impl Case {
    fn new(workload: Workload) -> Result<Self> {
        let json = workload.snapshot().to_string();
        let snapshot = Snapshot::from_json(json.as_bytes())?;
        let ruleset = Ruleset::from_json(json.as_bytes())?;
        let mut buffer = Buffer::new();
        let users = workload.users().into_iter().map(|user| {
            let Value::Object(context) = user.context else { bail!("a user's context is an object") };
            let decided = ruleset.decide(&Request::new(UserKey::new(&user.key)?, &context, 0), &mut buffer);
            let matches = decided.iter().map(|hit| hit.entity.get()).collect();
            Ok(Person { key: user.key, context, matches })
        });
        let users = users.collect::<Result<_>>()?;
        Ok(Self { workload, snapshot, ruleset, users })
    }

    /// Returns the mean number of assignments of a user.
    fn mean_matches(&self) -> f64 {
        let all: usize = self.users.iter().map(|user| user.matches.len()).sum();
        as_f64(all) / as_f64(self.users.len())
    }

    fn salts<'a>(&'a self, user: &'a Person) -> impl Iterator<Item = &'a Salt> {
        let experiments =
            user.matches.iter().filter_map(|index| self.snapshot.experiments.get(*index as usize));
        experiments.map(|experiment| &experiment.salt)
    }
}

/// A pass over the users of a case. Returns a sum, so that the compiler cannot remove the computation of the results.
type Pass<'a> = Box<dyn FnMut() -> usize + 'a>;

/// Returns the contenders: decisions; only hashing, one by one, the salts of matching experiments; decisions of the reference
/// evaluator; the explanation of one experiment.
fn contenders(case: &Case) -> [Timed<'_>; 4] {
    let users = u32::try_from(case.users.len()).unwrap_or(u32::MAX);
    [deciding(case), hashing(case), evaluating(case), explaining(case)].map(|pass| Timed::new(users, pass))
}

fn explaining(case: &Case) -> Pass<'_> {
    let experiments = &case.snapshot.experiments;
    Box::new(move || {
        let mut sum = 0;
        for (user, experiment) in case.users.iter().zip(experiments.iter().cycle()) {
            let Ok(key) = UserKey::new(black_box(&user.key)) else { continue };
            let request = Request::new(key, &user.context, 0);
            let Some(entity) = case.ruleset.experiment(black_box(&experiment.key)) else { continue };
            sum += case.ruleset.explain(entity, &request).map_or(0, |explanation| explanation.steps.len());
        }
        sum
    })
}

fn deciding(case: &Case) -> Pass<'_> {
    let mut buffer = Buffer::new();
    Box::new(move || {
        let mut sum = 0;
        for user in &case.users {
            let Ok(key) = UserKey::new(black_box(&user.key)) else { continue };
            let assignments = case.ruleset.decide(&Request::new(key, &user.context, 0), &mut buffer);
            sum += assignments.iter().map(|hit| hit.entity.index() + hit.variant.index()).sum::<usize>();
        }
        sum
    })
}

fn evaluating(case: &Case) -> Pass<'_> {
    let mut assignments = Vec::new();
    Box::new(move || {
        let mut sum = 0;
        for user in &case.users {
            let Ok(key) = UserKey::new(black_box(&user.key)) else { continue };
            let context = Value::Object(user.context.clone());
            let Ok(context) = oracle::Context::from_value(context) else { continue };
            oracle::decide(&case.snapshot, &Request::new(key, &context, 0), &mut assignments);
            sum += assignments.iter().map(|hit| hit.entity.index() + hit.variant.index()).sum::<usize>();
        }
        sum
    })
}

fn hashing(case: &Case) -> Pass<'_> {
    Box::new(move || {
        let mut sum = 0;
        for user in &case.users {
            let hash = KeyHash::new(black_box(&user.key));
            sum += case.salts(user).map(|salt| usize::from(hash.bucket(salt).get())).sum::<usize>();
        }
        sum
    })
}

/// Prints the medians. Each case has four.
fn print(cases: &[Case], medians: &[f64], rounds: usize) {
    println!("Medians of {rounds} rounds, in ns. One decide: one user, all experiments of the workload.\n");
    println!(
        "{:<9}{:>10}{:>10}{:>12}{:>10}{:>12}{:>12}{:>12}{:>10}",
        "workload",
        "matching",
        "decide",
        "per match",
        "hashing",
        "× hashing",
        "reference",
        "× faster",
        "explain"
    );
    for (case, medians) in cases.iter().zip(medians.chunks_exact(4)) {
        let &[decide, hashing, oracle, explain] = medians else { continue };
        println!(
            "{:<9}{:>10.1}{decide:>10.0}{:>12.1}{hashing:>10.0}{:>12.2}{oracle:>12.0}{:>12.1}{explain:>10.0}",
            case.workload.name,
            case.mean_matches(),
            decide / case.mean_matches(),
            decide / hashing,
            oracle / decide,
        );
    }
    println!(
        "\nmatching: mean number of experiments in which a user gets a variant; per match: decide divided by that number."
    );
    println!("hashing: only the user key, once, and the salts of the matching experiments, one by one.");
    println!("reference: the same decisions by the reference evaluator, from the snapshot.");
    println!("explain: one experiment of the workload, found by its key, and explained for one user.");
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

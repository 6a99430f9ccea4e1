//! Nanoseconds per decide for every workload, next to hashing alone: `cargo xtask bench engine`.

use std::{
    convert::Infallible,
    hint::black_box,
    time::{Duration, Instant},
};

use anyhow::Result;
use clap::Parser;
use edgewise_engine::{Assignment, Context, Salt, Snapshot, UserKey, bucket::KeyHash, decide};
use edgewise_tests::{
    rounds::{median, take_turns},
    workloads::Workload,
};

/// Measures the engine: one user's decision over all experiments of a workload, results consumed.
#[derive(Parser)]
struct Args {
    /// Fewer and shorter rounds
    #[arg(long)]
    quick: bool,
    /// Cargo passes this
    #[arg(long, hide = true)]
    bench: bool,
}

/// What peers need, in µs per decide; native Rust, in the order of [`PEERS`].
const QUOTED: [(&str, [f64; 5]); 7] = [
    ("W1", [0.41, 0.40, 0.86, 2.0, 2.6]),
    ("W10", [2.54, 2.88, 9.2, 16.6, 17.6]),
    ("W100", [24.0, 28.0, 91.0, 151.0, 185.0]),
    ("W1000", [280.0, 388.0, 1084.0, 2201.0, 3784.0]),
    ("M10", [0.64, 1.1, 5.2, 6.8, 7.8]),
    ("M100", [5.4, 10.0, 52.0, 58.0, 66.0]),
    ("M1000", [54.0, 142.0, 572.0, 652.0, 701.0]),
];

const PEERS: [&str; 5] = [
    "eppo_core 10.0",
    "Unleash Yggdrasil 0.21.7",
    "flipt-evaluation 0.4",
    "confidence_resolver 0.26",
    "statsig-rust 0.23",
];

fn main() -> Result<()> {
    let args = Args::parse();
    let (rounds, slice) =
        if args.quick { (3, Duration::from_millis(10)) } else { (11, Duration::from_millis(40)) };

    eprintln!("preparing {} workloads", Workload::ALL.len());
    let cases = Workload::ALL.into_iter().map(Case::new).collect::<Result<Vec<_>>>()?;
    let mut contenders: Vec<Contender> = cases.iter().flat_map(Contender::all).collect();
    for contender in &mut contenders {
        contender.calibrate(slice);
    }
    let Ok(samples) = take_turns(rounds, contenders.len(), |number| {
        Ok::<_, Infallible>(contenders.get_mut(number).map_or(f64::NAN, Contender::ns_per_user))
    });
    let medians: Vec<f64> = samples.iter().map(|samples| median(samples)).collect();
    print(&cases, &medians, rounds);
    Ok(())
}

/// A workload made ready for deciding.
struct Case {
    workload: Workload,
    snapshot: Snapshot,
    users: Vec<Person>,
}

struct Person {
    key: String,
    context: Context,
    /// Indices of the experiments that they get a variant of.
    matches: Vec<usize>,
}

impl Case {
    fn new(workload: Workload) -> Result<Self> {
        let snapshot = Snapshot::from_json(workload.snapshot().to_string().as_bytes())?;
        let mut assignments = Vec::new();
        let users = workload.users().into_iter().map(|user| {
            let context = Context::from_value(user.context)?;
            decide(&snapshot, UserKey::new(&user.key)?, &context, &mut assignments);
            let matches = assignments.iter().map(|hit| hit.experiment).collect();
            Ok(Person { key: user.key, context, matches })
        });
        let users = users.collect::<Result<_>>()?;
        Ok(Self { workload, snapshot, users })
    }

    /// How many experiments a user gets a variant of, on average.
    fn mean_matches(&self) -> f64 {
        let all: usize = self.users.iter().map(|user| user.matches.len()).sum();
        as_f64(all) / as_f64(self.users.len())
    }

    fn salts<'a>(&'a self, user: &'a Person) -> impl Iterator<Item = &'a Salt> {
        let experiments = user.matches.iter().filter_map(|index| self.snapshot.experiments.get(*index));
        experiments.map(|experiment| &experiment.salt)
    }
}

/// One way of going through the users of a case. Returns a sum, so that no result is computed in vain.
type Pass<'a> = Box<dyn FnMut() -> usize + 'a>;

struct Contender<'a> {
    pass: Pass<'a>,
    users: usize,
    /// How often all users are taken in one turn.
    passes: u32,
}

impl<'a> Contender<'a> {
    /// Deciding; hashing alone, what matches and nothing else; the same by the `murmur3` crate.
    fn all(case: &'a Case) -> [Self; 3] {
        let of = |pass| Self { pass, users: case.users.len(), passes: 1 };
        [of(Self::deciding(case)), of(Self::hashing(case)), of(Self::hashing_by_crate(case))]
    }

    fn deciding(case: &'a Case) -> Pass<'a> {
        let mut assignments: Vec<Assignment> = Vec::new();
        Box::new(move || {
            let mut sum = 0;
            for user in &case.users {
                let Ok(key) = UserKey::new(black_box(&user.key)) else { continue };
                decide(&case.snapshot, key, &user.context, &mut assignments);
                let variants = assignments.iter().filter_map(|hit| case.snapshot.resolve(*hit));
                sum += variants.map(|(_, variant)| variant.key.len()).sum::<usize>();
            }
            sum
        })
    }

    fn hashing(case: &'a Case) -> Pass<'a> {
        Box::new(move || {
            let mut sum = 0;
            for user in &case.users {
                let hash = KeyHash::new(black_box(&user.key));
                sum += case.salts(user).map(|salt| usize::from(hash.bucket(salt).get())).sum::<usize>();
            }
            sum
        })
    }

    fn hashing_by_crate(case: &'a Case) -> Pass<'a> {
        let mut input = String::new();
        Box::new(move || {
            let mut sum = 0;
            for user in &case.users {
                input.clear();
                input.push_str(black_box(&user.key));
                input.push(':');
                let prefix = input.len();
                for salt in case.salts(user) {
                    input.truncate(prefix);
                    input.push_str(salt.as_str());
                    let hash = murmur3::murmur3_32(&mut input.as_bytes(), 0).unwrap_or_default();
                    sum += usize::try_from(hash % 10_000).unwrap_or_default();
                }
            }
            sum
        })
    }

    /// Chooses how many passes make a turn that takes about as long as `slice`.
    fn calibrate(&mut self, slice: Duration) {
        black_box((self.pass)());
        let started = Instant::now();
        black_box((self.pass)());
        let passes = slice.as_nanos() / started.elapsed().as_nanos().max(1);
        self.passes = u32::try_from(passes).unwrap_or(u32::MAX).max(1);
    }

    fn ns_per_user(&mut self) -> f64 {
        let started = Instant::now();
        for _ in 0..self.passes {
            black_box((self.pass)());
        }
        started.elapsed().as_secs_f64() * 1e9 / f64::from(self.passes) / as_f64(self.users)
    }
}

/// Prints the medians, of which each case has three.
fn print(cases: &[Case], medians: &[f64], rounds: usize) {
    println!("Medians of {rounds} rounds, in ns. One decide: one user, all experiments of the workload.\n");
    println!(
        "{:<9}{:>12}{:>12}{:>12}{:>12}{:>12}{:>16}",
        "workload", "matching", "decide", "per match", "hashing", "× hashing", "murmur3 crate"
    );
    for (case, medians) in cases.iter().zip(medians.chunks_exact(3)) {
        let &[decide, hashing, by_crate] = medians else { continue };
        println!(
            "{:<9}{:>12.1}{decide:>12.0}{:>12.1}{hashing:>12.1}{:>12.2}{by_crate:>16.1}",
            case.workload.name,
            case.mean_matches(),
            decide / case.mean_matches(),
            decide / hashing,
        );
    }
    println!(
        "\nmatching: experiments of which a user gets a variant, on average; per match: decide by that number."
    );
    println!("hashing: the user key once, and the salts of what matches, with the engine's own murmur3.");
    println!("murmur3 crate: the same buckets, from the whole of `key:salt` each.\n");

    println!(
        "Peers, native Rust, in ns per decide. Quoted: measured on another machine (2 vCPU AMD EPYC, rustc"
    );
    println!("1.95, one pinned core), so they say where this stands, not by how much.\n");
    print!("{:<9}{:>12}", "workload", "decide");
    PEERS.iter().for_each(|peer| print!("{:>26}", *peer));
    println!();
    for (name, peers) in QUOTED {
        let decide = cases.iter().zip(medians.chunks_exact(3)).find(|(case, _)| case.workload.name == name);
        let decide = decide.and_then(|(_, medians)| medians.first()).copied().unwrap_or(f64::NAN);
        print!("{name:<9}{decide:>12.0}");
        peers.iter().for_each(|micros| print!("{:>26.0}", micros * 1000.0));
        println!();
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

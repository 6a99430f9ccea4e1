//! Writes what tests and benches in JavaScript read: the workloads, or random decisions as the oracle takes them.
//!
//! ```text
//! fixtures workloads DIRECTORY
//! fixtures triples FILE NUMBER SEED
//! ```

use std::{
    env,
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use edgewise_engine::{Assignment, Ruleset, Snapshot, UserKey, oracle};
use edgewise_tests::{triples::Random, workloads::Workload};
use serde_json::{Value, json};

/// How many users and contexts share a snapshot.
const SHARE: usize = 50;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments {
        ["workloads", directory] => workloads(Path::new(directory)),
        ["triples", file, number, seed] => triples(Path::new(file), number.parse()?, seed.parse()?),
        _ => bail!("usage: fixtures workloads DIRECTORY | fixtures triples FILE NUMBER SEED"),
    }
}

/// Each workload as `NAME.json`, an object of its snapshot and users, and its ruleset as `NAME.bin`.
fn workloads(directory: &Path) -> Result<()> {
    fs::create_dir_all(directory)?;
    for workload in Workload::ALL {
        let snapshot = workload.snapshot().to_string();
        let ruleset = Ruleset::from_json(snapshot.as_bytes())?;
        fs::write(directory.join(format!("{}.bin", workload.name)), ruleset.as_bytes())?;
        let users: Vec<Value> = workload
            .users()
            .into_iter()
            .map(|user| json!({"key": user.key, "context": user.context}))
            .collect();
        let file = format!(r#"{{"snapshot":{snapshot},"users":{}}}"#, Value::from(users));
        fs::write(directory.join(format!("{}.json", workload.name)), file)?;
    }
    Ok(())
}

/// Lines of JSON: a snapshot, as text, with the users that are decided for, their contexts, and the assignments as pairs
/// of numbers.
fn triples(file: &Path, number: usize, seed: u64) -> Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    let mut random = Random::new(seed);
    let mut expected: Vec<Assignment> = Vec::new();
    for _ in 0..number.div_ceil(SHARE) {
        let text = random.snapshot().to_string();
        let snapshot = Snapshot::from_json(text.as_bytes())?;
        let mut decisions = Vec::with_capacity(SHARE);
        for _ in 0..SHARE {
            let (user, context) = (random.user(), random.context());
            let by_letter = oracle::Context::from_value(Value::Object(context.clone()))?;
            oracle::decide(&snapshot, UserKey::new(&user)?, &by_letter, &mut expected);
            let pairs: Vec<[u32; 2]> =
                expected.iter().map(|found| [found.experiment, found.variant]).collect();
            decisions.push(json!([user, context, pairs]));
        }
        writeln!(out, "{}", json!({"snapshot": text, "decisions": decisions}))?;
    }
    out.flush().context("the file cannot be written")
}

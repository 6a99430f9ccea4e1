//! Writes the input of tests and benchmarks in JavaScript: the workloads, or random decisions of the reference evaluator.
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
use edgewise_engine::{Assignment, Request, Ruleset, Snapshot, UserKey, oracle};
use edgewise_tests::{triples::Random, workloads::Workload};
use serde_json::{Value, json};

/// The number of decisions per snapshot.
const DECISIONS_PER_SNAPSHOT: usize = 50;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments {
        ["workloads", directory] => workloads(Path::new(directory)),
        ["triples", file, number, seed] => triples(Path::new(file), number.parse()?, seed.parse()?),
        _ => bail!("usage: fixtures workloads DIRECTORY | fixtures triples FILE NUMBER SEED"),
    }
}

/// Writes each workload as `NAME.json`, an object with the snapshot and the users, and as the ruleset `NAME.bin`.
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

/// Writes lines of JSON. Each line has a snapshot, as text, and decisions: the user key, the context, and the assignments as
/// pairs of numbers.
fn triples(file: &Path, number: usize, seed: u64) -> Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    let mut random = Random::new(seed);
    let mut expected: Vec<Assignment> = Vec::new();
    for _ in 0..number.div_ceil(DECISIONS_PER_SNAPSHOT) {
        let text = random.snapshot().to_string();
        let snapshot = Snapshot::from_json(text.as_bytes())?;
        let mut decisions = Vec::with_capacity(DECISIONS_PER_SNAPSHOT);
        for _ in 0..DECISIONS_PER_SNAPSHOT {
            let (user, context) = (random.user(), random.context());
            let oracle_context = oracle::Context::from_value(Value::Object(context.clone()))?;
            oracle::decide(&snapshot, &Request::new(UserKey::new(&user)?, &oracle_context, 0), &mut expected);
            let pairs: Vec<[u32; 2]> = expected
                .iter()
                .map(|assignment| [assignment.entity.get(), assignment.variant.get()])
                .collect();
            decisions.push(json!([user, context, pairs]));
        }
        writeln!(out, "{}", json!({"snapshot": text, "decisions": decisions}))?;
    }
    out.flush().context("the file cannot be written")
}

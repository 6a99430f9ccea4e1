//! `cargo run --example worker_store DIRECTORY`: writes a snapshot store for the tests of the edge worker, with rulesets like
//! those of the publisher.
//!
//! | environment | holds |
//! |---|---|
//! | `case-0`, `case-1` … | the snapshots of the recorded decisions |
//! | `w10`, `w100` | the workloads W10 and W100 |
//! | `swap` | versions 1 to 1000, with the version in each payload |
#![expect(clippy::indexing_slicing, reason = "indexing JSON gives null for a missing member")]

use std::{env, fs, path::Path};

use anyhow::{Context, Result};
use edgewise_engine::{Ruleset, ruleset::FORMAT};
use edgewise_tests::workloads::Workload;
use serde_json::{Value, json};

/// The number of versions of `swap`.
const SWAPS: u64 = 1000;

fn main() -> Result<()> {
    let directory = env::args_os().nth(1).context("usage: worker_store DIRECTORY")?;
    let root = Path::new(&directory);
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/decisions.json");
    let vectors: Value = serde_json::from_slice(&fs::read(vectors)?)?;
    let cases = vectors["cases"].as_array().context("the vectors list cases")?;
    for (number, case) in cases.iter().enumerate() {
        write_version(root, &format!("case-{number}"), case["snapshot"].clone(), true)?;
    }
    write_version(root, "w10", Workload::W10.snapshot(), true)?;
    write_version(root, "w100", Workload::W100.snapshot(), true)?;
    for version in 1..=SWAPS {
        write_version(root, "swap", swap_version(version), version == 1)?;
    }
    Ok(())
}

fn write_version(root: &Path, environment: &str, mut snapshot: Value, live: bool) -> Result<()> {
    snapshot["environment"] = environment.into();
    let version = snapshot["version"].as_u64().context("a snapshot has a version")?;
    let directory = root.join("configs").join(environment);
    let rulesets = directory.join("rulesets").join(FORMAT.to_string());
    fs::create_dir_all(&rulesets)?;
    fs::create_dir_all(directory.join("snapshots"))?;
    let json = snapshot.to_string();
    fs::write(rulesets.join(format!("{version}.bin")), Ruleset::from_json(json.as_bytes())?.as_bytes())?;
    if live {
        fs::write(directory.join(format!("snapshots/{version}.json")), &json)?;
        fs::write(directory.join("snapshots/latest.json"), &json)?;
        fs::write(directory.join("version.json"), json!({ "version": version }).to_string())?;
    }
    Ok(())
}

/// Returns a version with ten experiments that all users match. Versions differ in length, so that a swap cannot always reuse
/// the same memory.
fn swap_version(version: u64) -> Value {
    let mut snapshot = Workload::W10.snapshot();
    snapshot["version"] = version.into();
    let filling = "x".repeat(usize::try_from(version % 20 * 200).unwrap_or_default());
    for experiment in snapshot["experiments"].as_array_mut().into_iter().flatten() {
        experiment["targetingRules"] = json!([]);
        for variant in experiment["variants"].as_array_mut().into_iter().flatten() {
            variant["payload"] = json!({ "version": version, "filling": filling });
        }
    }
    snapshot
}

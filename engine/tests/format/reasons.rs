//! The texts of all reasons for which loading refuses a ruleset: each has a mutation.

use std::{collections::BTreeSet, fs, path::Path};

use crate::mutations;

/// Reasons that no mutation can cause, because a mutation corrects the checksum and keeps the length. The test
/// `unreadable_bytes_are_rejected_with_the_reason` causes these reasons.
const WITHOUT_MUTATION: [&str; 2] = ["it ends within the header", "the checksum does not match"];

/// Returns the reasons in the engine's source: the strings that contain a space, in files that refuse rulesets.
fn reasons() -> Vec<String> {
    let mut reasons = Vec::new();
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ruleset")).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        if !source.contains("damaged(") {
            continue;
        }
        for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let strings = line.split('"').skip(1).step_by(2);
            reasons.extend(strings.filter(|text| text.contains(' ')).map(ToOwned::to_owned));
        }
    }
    reasons
}

#[test]
fn each_reason_names_one_check() {
    let mut known = BTreeSet::new();
    for reason in reasons() {
        assert!(known.insert(reason.clone()), "`{reason}` is the reason of two checks");
    }
    assert!(known.len() >= 50, "only {} reasons were found", known.len());
}

#[test]
fn each_reason_has_a_mutation() {
    let found: BTreeSet<_> = reasons().into_iter().collect();
    let caused = mutations::all().map(|mutation| mutation.reason).chain(WITHOUT_MUTATION);
    let caused: BTreeSet<_> = caused.map(ToOwned::to_owned).collect();
    let missing: Vec<_> = found.difference(&caused).collect();
    assert!(missing.is_empty(), "no mutation causes {missing:#?}");
}

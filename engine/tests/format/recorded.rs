//! Recorded bytes, which compiling must reproduce, and compatibility with later releases.

use std::{env, fs};

use edgewise_engine::{Ruleset, RulesetError};

use crate::{
    edited::Edited,
    layout::{Section, header},
    seeds::{self, Seed},
};

/// If this test fails, compiled bytes have changed. Deployed engines must be able to read the new bytes, and to decide
/// as before; otherwise `FORMAT` must change. Then run `EDGEWISE_BLESS=1 cargo test -p edgewise-engine --test format`.
#[test]
fn snapshots_compile_to_the_recorded_bytes() {
    let seeds = seeds::directory();
    let mut compared = 0;
    for snapshot in fs::read_dir(seeds.join("snapshot")).unwrap() {
        let snapshot = snapshot.unwrap().path();
        let ruleset = Ruleset::from_json(&fs::read(&snapshot).unwrap()).unwrap();
        let recorded = seeds.join("ruleset").join(snapshot.file_name().unwrap()).with_extension("bin");
        if env::var_os("EDGEWISE_BLESS").is_some() {
            fs::write(&recorded, ruleset.as_bytes()).unwrap();
        }
        assert!(fs::read(&recorded).unwrap() == ruleset.as_bytes(), "{} has changed", recorded.display());
        compared += 1;
    }
    assert!(compared >= 5, "only {compared} snapshots");
}

#[test]
fn unreadable_bytes_are_rejected_with_the_reason() {
    let load = |bytes: Vec<u8>| Ruleset::load(bytes).err();
    let with_word = |word, value| {
        let mut edited = Seed::Operators.ruleset();
        edited.set_word(word, value);
        edited.load().err()
    };
    let ruleset = Seed::Operators.ruleset().0;
    assert_eq!(load(ruleset.clone()), None);
    assert_eq!(load(Vec::new()), Some(RulesetError::Foreign));
    assert_eq!(load(b"{\"version\":1}".to_vec()), Some(RulesetError::Foreign));
    assert_eq!(with_word(header::FORMAT, 2), Some(RulesetError::Format(2)));
    assert_eq!(with_word(header::CAPABILITIES, 1 << 31), Some(RulesetError::Unsupported(1 << 31)));
    let within_header = ruleset[..4 * header::WORDS - 1].to_vec();
    assert_eq!(load(within_header), Some(RulesetError::Damaged("it ends within the header")));
    let cut = ruleset[..200].to_vec();
    assert_eq!(load(cut), Some(RulesetError::Damaged("its length differs from the length in the header")));
    let mut flipped = ruleset;
    flipped[300] ^= 1;
    assert_eq!(load(flipped), Some(RulesetError::Damaged("the checksum does not match")));
}

/// Sections of a later release follow the sections of this release.
#[test]
fn unknown_sections_are_ignored() {
    let known = Seed::Operators.ruleset();
    let sections = known.sections();
    let table_end = 4 * (header::WORDS + 2 * sections);
    let mut longer = Edited(known.0[..table_end].to_vec());
    longer.0.extend([0; 8]);
    longer.0.extend(&known.0[table_end..]);
    for number in 0..sections {
        let section = Section { number, words: 1 };
        longer.set_offset(section, known.offset(section) + 8);
    }
    longer.set_word(header::SECTIONS, known.word(header::SECTIONS) + 1);
    longer.set_word(header::BYTES, known.word(header::BYTES) + 8);
    let (known, longer) = (known.load().unwrap(), longer.load().unwrap());
    assert_eq!(known.attributes().collect::<Vec<_>>(), longer.attributes().collect::<Vec<_>>());
    assert_eq!(known.environment(), longer.environment());
}

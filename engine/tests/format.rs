//! The binary format, byte by byte: rulesets published under a format number must stay readable on every target.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed step fails the test")]

use std::{env, fs, path::Path};

use edgewise_engine::{EntityId, Ruleset, RulesetError, VariantId, murmur3};

/// The rulesets are also the seeds of fuzzing.
const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fuzz/seeds");

/// If this test fails, compiled bytes have changed. Deployed engines must be able to read the new bytes, and to decide
/// as before; otherwise `FORMAT` must change. Then run `EDGEWISE_BLESS=1 cargo test -p edgewise-engine --test format`.
#[test]
fn snapshots_compile_to_the_recorded_bytes() {
    let seeds = Path::new(SEEDS);
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

fn ruleset() -> Vec<u8> {
    fs::read(Path::new(SEEDS).join("ruleset/operators.bin")).unwrap()
}

/// Changes a word, and corrects the checksum.
fn with_word(mut bytes: Vec<u8>, word: usize, value: u32) -> Vec<u8> {
    bytes[4 * word..4 * word + 4].copy_from_slice(&value.to_le_bytes());
    let checksum = murmur3::hash(&bytes[12..]);
    bytes[8..12].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

#[test]
fn unreadable_bytes_are_rejected_with_the_reason() {
    let load = |bytes: Vec<u8>| Ruleset::load(bytes).err();
    assert_eq!(load(ruleset()), None);
    assert_eq!(load(Vec::new()), Some(RulesetError::Foreign));
    assert_eq!(load(b"{\"version\":1}".to_vec()), Some(RulesetError::Foreign));
    assert_eq!(load(with_word(ruleset(), 1, 2)), Some(RulesetError::Format(2)));
    assert_eq!(load(with_word(ruleset(), 4, 5)), Some(RulesetError::Unsupported(5)));
    let cut = ruleset()[..200].to_vec();
    assert_eq!(load(cut), Some(RulesetError::Damaged("its length differs from the length in the header")));
    let mut flipped = ruleset();
    flipped[300] ^= 1;
    assert_eq!(load(flipped), Some(RulesetError::Damaged("the checksum does not match")));
}

/// Each word of the header and of the table of sections is set to numbers that an attacker would choose.
#[test]
fn bad_lengths_cause_no_panic_and_no_read_out_of_bounds() {
    for word in 3..15 + 2 * 25 {
        for value in [0, 1, 3, 4, 0x7fff_ffff, 0x8000_0000, u32::MAX - 3, u32::MAX] {
            if let Ok(ruleset) = Ruleset::load(with_word(ruleset(), word, value)) {
                assert!(
                    ruleset.environment().len() + ruleset.published_at().len()
                        <= 2 * ruleset.as_bytes().len()
                );
            }
        }
    }
}

/// Sections of a later release follow the sections of this release.
#[test]
fn unknown_sections_are_ignored() {
    let (known, more) = (ruleset(), ruleset());
    let sections = u32::from_le_bytes(more[56..60].try_into().unwrap());
    let table_end = 60 + 8 * sections as usize;
    let mut longer = more[..table_end].to_vec();
    longer.extend([0; 8]);
    longer.extend(&more[table_end..]);
    for section in 0..sections as usize {
        let at = 60 + 8 * section;
        let offset = u32::from_le_bytes(longer[at..at + 4].try_into().unwrap()) + 8;
        longer[at..at + 4].copy_from_slice(&offset.to_le_bytes());
    }
    let length = u32::try_from(longer.len()).unwrap();
    let longer = with_word(with_word(longer, 14, sections + 1), 3, length);
    let (known, longer) = (Ruleset::load(known).unwrap(), Ruleset::load(longer).unwrap());
    assert_eq!(known.attributes().collect::<Vec<_>>(), longer.attributes().collect::<Vec<_>>());
    assert_eq!(
        known.fragments().tail(EntityId::new(0), VariantId::new(0)),
        longer.fragments().tail(EntityId::new(0), VariantId::new(0))
    );
}

/// Returns the range of a section's words.
fn section(bytes: &[u8], number: usize) -> std::ops::Range<usize> {
    let word = |word: usize| u32::from_le_bytes(bytes[4 * word..4 * word + 4].try_into().unwrap()) as usize;
    let (offset, length) = (word(15 + 2 * number), word(16 + 2 * number));
    offset / 4..(offset + length) / 4
}

/// If an experiment could belong to many gates, a small ruleset could cause long responses and long decisions.
#[test]
fn an_experiment_belongs_to_one_gate() {
    const RANGES: usize = 16;
    let ranges = section(&ruleset(), RANGES);
    assert!(ranges.len() >= 4, "the test needs two ranges");
    let first_slot = |range: usize| {
        let word = 4 * (ranges.start + 2 * range);
        u32::from_le_bytes(ruleset()[word..word + 4].try_into().unwrap())
    };
    let twice = with_word(ruleset(), ranges.start + 2, first_slot(0));
    let rejected = Some(RulesetError::Damaged("an experiment belongs to two gates"));
    assert_eq!(Ruleset::load(twice).err(), rejected);
}

/// If a value could refer to an anchor twice, the time of a decision could grow with the product of both.
#[test]
fn a_value_refers_to_an_anchor_once() {
    const ANCHORED: usize = 5;
    let bytes = fs::read(Path::new(SEEDS).join("ruleset/operators.bin")).unwrap();
    let anchored = section(&bytes, ANCHORED);
    let word = |word: usize| u32::from_le_bytes(bytes[4 * word..4 * word + 4].try_into().unwrap());
    let rejected = anchored
        .clone()
        .skip(1)
        .filter_map(|at| Ruleset::load(with_word(bytes.clone(), at, word(at - 1))).err());
    assert!(rejected.count() > 0, "{anchored:?}");
}

/// Direct references are validated as indirect references are.
#[test]
fn direct_references_must_exist() {
    const DIRECT: u32 = 1 << 31;
    const ANCHORED: usize = 5;
    const ENTRIES: usize = 7;
    let bytes = fs::read(Path::new(SEEDS).join("ruleset/operators.bin")).unwrap();
    let word = |word: usize| u32::from_le_bytes(bytes[4 * word..4 * word + 4].try_into().unwrap());
    let rejection = |at: usize| Ruleset::load(with_word(bytes.clone(), at, word(at) | 0xffff)).err();

    let anchored = section(&bytes, ANCHORED).find(|at| word(*at) & DIRECT != 0).unwrap();
    assert_eq!(rejection(anchored), Some(RulesetError::Damaged("an anchor refers to an unknown entry")));
    let entry = section(&bytes, ENTRIES).step_by(3).find(|at| word(*at) & DIRECT != 0).unwrap();
    assert_eq!(
        rejection(entry),
        Some(RulesetError::Damaged("an entry refers to an unknown gate, rule or predicate"))
    );
}

/// If many conditions or salts could share a text, or many attributes a name, a small ruleset could cause long
/// decisions.
#[test]
fn a_decision_reads_no_more_text_than_the_ruleset_contains() {
    const TEXT: usize = 0;
    const ATTRIBUTES: usize = 1;
    const CONDITIONS: usize = 13;
    const LOOSE: usize = 22;
    let read = |name: &str| fs::read(Path::new(SEEDS).join("ruleset").join(name)).unwrap();
    let word =
        |bytes: &[u8], word: usize| u32::from_le_bytes(bytes[4 * word..4 * word + 4].try_into().unwrap());
    let everything = |bytes: Vec<u8>, at: usize| {
        let (start, length) = (at, word(&bytes, 15 + 2 * TEXT + 1));
        with_word(with_word(bytes, start, 0), start + 1, length)
    };
    let rejected = Some(RulesetError::Damaged("texts overlap"));

    let operators = read("operators.bin");
    let contains =
        section(&operators, CONDITIONS).step_by(3).find(|at| word(&operators, *at) & 0x7f == 5).unwrap();
    assert_eq!(Ruleset::load(everything(operators.clone(), contains + 1)).err(), rejected);

    let salts = read("salts.bin");
    let twice = section(&salts, LOOSE).step_by(5).take(2).fold(salts, |bytes, at| everything(bytes, at + 3));
    assert_eq!(Ruleset::load(twice).err(), rejected);

    let attributes = section(&operators, ATTRIBUTES);
    let (first, second) = (attributes.start, attributes.start + 5);
    let repeated = with_word(operators.clone(), second, word(&operators, first));
    let repeated = with_word(repeated, second + 1, word(&operators, first + 1));
    let rejected = Some(RulesetError::Damaged("attribute names are not in ascending order"));
    assert_eq!(Ruleset::load(repeated).err(), rejected);
}

//! The binary format, byte by byte: what was published under its number must stay readable, on every target.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use std::{env, fs, path::Path};

use edgewise_engine::{Ruleset, RulesetError, murmur3};

/// The rulesets also are what fuzzing begins with.
const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fuzz/seeds");

/// If this fails, compiled bytes have changed. Engines that are out there must be able to read them, and to decide
/// from them as before; else `FORMAT` has to change. Then: `EDGEWISE_BLESS=1 cargo test -p edgewise-engine --test format`.
#[test]
fn the_same_snapshots_compile_to_the_recorded_bytes() {
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

/// Changes a word of the header, and makes the checksum right again.
fn with_word(mut bytes: Vec<u8>, word: usize, value: u32) -> Vec<u8> {
    bytes[4 * word..4 * word + 4].copy_from_slice(&value.to_le_bytes());
    let checksum = murmur3::hash(&bytes[12..]);
    bytes[8..12].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

#[test]
fn what_cannot_be_read_is_refused_by_name() {
    let load = |bytes: Vec<u8>| Ruleset::load(bytes).err();
    assert_eq!(load(ruleset()), None);
    assert_eq!(load(Vec::new()), Some(RulesetError::Foreign));
    assert_eq!(load(b"{\"version\":1}".to_vec()), Some(RulesetError::Foreign));
    assert_eq!(load(with_word(ruleset(), 1, 2)), Some(RulesetError::Format(2)));
    assert_eq!(load(with_word(ruleset(), 4, 5)), Some(RulesetError::Unsupported(5)));
    let cut = ruleset()[..200].to_vec();
    assert_eq!(load(cut), Some(RulesetError::Damaged("it has another length than it says")));
    let mut flipped = ruleset();
    flipped[300] ^= 1;
    assert_eq!(load(flipped), Some(RulesetError::Damaged("its checksum is wrong")));
}

/// Each word of the header and the table of sections, with numbers that a hostile writer would choose.
#[test]
fn no_length_makes_it_panic_or_reach_beyond_the_bytes() {
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

/// Sections of a later release stand after those of this one.
#[test]
fn sections_that_are_not_known_are_passed_over() {
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
    assert_eq!(known.fragments().tail(0, 0), longer.fragments().tail(0, 0));
}

/// Where the words of a section stand.
fn section(bytes: &[u8], number: usize) -> std::ops::Range<usize> {
    let word = |word: usize| u32::from_le_bytes(bytes[4 * word..4 * word + 4].try_into().unwrap()) as usize;
    let (offset, length) = (word(15 + 2 * number), word(16 + 2 * number));
    offset / 4..(offset + length) / 4
}

/// If one experiment could stand behind many gates, a small ruleset would make long answers and long decisions.
#[test]
fn an_experiment_stands_behind_one_gate() {
    const RANGES: usize = 16;
    let ranges = section(&ruleset(), RANGES);
    assert!(ranges.len() >= 4, "it needs two ranges");
    let first_slot = |range: usize| {
        let word = 4 * (ranges.start + 2 * range);
        u32::from_le_bytes(ruleset()[word..word + 4].try_into().unwrap())
    };
    let twice = with_word(ruleset(), ranges.start + 2, first_slot(0));
    let refused = Some(RulesetError::Damaged("an experiment stands behind two gates"));
    assert_eq!(Ruleset::load(twice).err(), refused);
}

/// If an anchor could be led to twice by one value, deciding would take as long as their product.
#[test]
fn a_value_leads_to_an_anchor_once() {
    const ANCHORED: usize = 5;
    let bytes = fs::read(Path::new(SEEDS).join("ruleset/operators.bin")).unwrap();
    let anchored = section(&bytes, ANCHORED);
    let word = |word: usize| u32::from_le_bytes(bytes[4 * word..4 * word + 4].try_into().unwrap());
    let refused = anchored
        .clone()
        .skip(1)
        .filter_map(|at| Ruleset::load(with_word(bytes.clone(), at, word(at - 1))).err());
    assert!(refused.count() > 0, "{anchored:?}");
}

/// What is reached directly is checked as what is reached step by step.
#[test]
fn shortcuts_lead_to_what_is_there() {
    const DIRECT: u32 = 1 << 31;
    const ANCHORED: usize = 5;
    const ENTRIES: usize = 7;
    let bytes = fs::read(Path::new(SEEDS).join("ruleset/operators.bin")).unwrap();
    let word = |word: usize| u32::from_le_bytes(bytes[4 * word..4 * word + 4].try_into().unwrap());
    let refusal = |at: usize| Ruleset::load(with_word(bytes.clone(), at, word(at) | 0xffff)).err();

    let anchored = section(&bytes, ANCHORED).find(|at| word(*at) & DIRECT != 0).unwrap();
    assert_eq!(refusal(anchored), Some(RulesetError::Damaged("an anchor leads nowhere")));
    let entry = section(&bytes, ENTRIES).step_by(3).find(|at| word(*at) & DIRECT != 0).unwrap();
    assert_eq!(refusal(entry), Some(RulesetError::Damaged("an entry leads nowhere")));
}

/// If many conditions or salts could name the same piece of text, or many attributes the same value, a small ruleset
/// would make long decisions.
#[test]
fn what_a_decision_reads_is_no_more_than_the_ruleset_holds() {
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
    let refused = Some(RulesetError::Damaged("pieces of text lie upon each other"));

    let operators = read("operators.bin");
    let contains =
        section(&operators, CONDITIONS).step_by(3).find(|at| word(&operators, *at) & 0x7f == 5).unwrap();
    assert_eq!(Ruleset::load(everything(operators.clone(), contains + 1)).err(), refused);

    let salts = read("salts.bin");
    let twice = section(&salts, LOOSE).step_by(5).take(2).fold(salts, |bytes, at| everything(bytes, at + 3));
    assert_eq!(Ruleset::load(twice).err(), refused);

    let attributes = section(&operators, ATTRIBUTES);
    let (first, second) = (attributes.start, attributes.start + 5);
    let repeated = with_word(operators.clone(), second, word(&operators, first));
    let repeated = with_word(repeated, second + 1, word(&operators, first + 1));
    let refused = Some(RulesetError::Damaged("names of attributes do not ascend"));
    assert_eq!(Ruleset::load(repeated).err(), refused);
}

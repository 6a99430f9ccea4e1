//! Invalid numbers in the header and in the table of sections.

use std::{env, fmt::Write, fs, path::Path};

use edgewise_engine::{Ruleset, RulesetError};

use crate::{
    edited::Edited,
    layout::{self, header},
    seeds::Seed,
};

/// Numbers that an attacker would choose as an offset, a length or a count.
const CHOSEN: [u32; 8] = [0, 1, 3, 4, 0x7fff_ffff, 0x8000_0000, u32::MAX - 3, u32::MAX];

/// Each word of the header and of the table of sections is set to each of the numbers. The file contains what loading
/// returns. `EDGEWISE_BLESS=1` records the results: read the difference, because a refusal that disappears is a hole.
#[test]
fn invalid_numbers_in_the_header_are_refused_for_the_recorded_reasons() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format/header.txt");
    let results = results(&Seed::Full.ruleset());
    if env::var_os("EDGEWISE_BLESS").is_some() {
        fs::write(&file, &results).unwrap();
    }
    let recorded = fs::read_to_string(&file).unwrap();
    for (result, recorded) in results.lines().zip(recorded.lines()) {
        assert_eq!(result, recorded, "{}", file.display());
    }
    assert_eq!(results.lines().count(), recorded.lines().count(), "{}", file.display());
}

/// A number that points outside of the ruleset is refused by the check of the header, whatever the section contains.
#[test]
fn sections_outside_of_the_ruleset_are_out_of_bounds() {
    let seed = Seed::Full.ruleset();
    let refused = Some(RulesetError::Damaged("a section is out of bounds, or does not begin at a word"));
    for word in header::WORDS..header::WORDS + 2 * layout::NAMES.len() {
        for number in CHOSEN.into_iter().filter(|number| *number as usize > seed.0.len()) {
            let mut edited = seed.clone();
            edited.set_word(word, number);
            assert_eq!(edited.load().err(), refused, "word {word} is {number:#x}");
        }
    }
}

/// Returns a line for each word, number and result. Numbers with the same result share a line.
fn results(seed: &Edited) -> String {
    let mut lines = String::new();
    for word in header::FORMAT..header::WORDS + 2 * seed.sections() {
        let mut by_result: Vec<(String, String)> = Vec::new();
        for number in CHOSEN {
            let mut edited = seed.clone();
            edited.seal();
            edited.set_word(word, number);
            let loaded = if word == header::CHECKSUM { Ruleset::load(edited.0) } else { edited.load() };
            let result = loaded.map_or_else(|error| error.to_string(), |ruleset| accepted(&ruleset));
            match by_result.iter_mut().find(|(known, _)| *known == result) {
                Some((_, numbers)) => write!(numbers, ", {number:#x}").unwrap(),
                None => by_result.push((result, format!("{number:#x}"))),
            }
        }
        for (result, numbers) in by_result {
            writeln!(lines, "{} = {numbers}: {result}", name(word)).unwrap();
        }
    }
    lines
}

/// Describes a ruleset that was loaded. Reading the ruleset must not panic.
fn accepted(ruleset: &Ruleset) -> String {
    format!(
        "accepted: `{}` {} of `{}`, {} attributes",
        ruleset.environment(),
        ruleset.version(),
        ruleset.published_at(),
        ruleset.attributes().count()
    )
}

fn name(word: usize) -> String {
    let Some(place) = word.checked_sub(header::WORDS) else { return header::NAMES[word].to_owned() };
    let section =
        layout::NAMES.get(place / 2).map_or_else(|| format!("section {}", place / 2), ToString::to_string);
    format!("{section} {}", ["offset", "length"][place % 2])
}

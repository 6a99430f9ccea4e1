//! Rulesets of earlier releases, and what earlier engines read of new rulesets. `published/` contains rulesets that the
//! first release with this format compiled from the recorded snapshots.

use std::{fs, path::Path};

use edgewise_engine::{
    Assignment, Buffer, Context, EntityId, ExplainError, Explanation, Request, Ruleset, UserKey,
};

use crate::{
    edited::Edited,
    layout::{self, Section, header},
    seeds::{self, Seed},
};

/// The number of sections of the first release.
const FIRST_SECTIONS: usize = 25;

const CONTEXTS: [&str; 4] = [
    "{}",
    r#"{"plan": "pro", "country": "US", "age": 18, "email": "a@example.com"}"#,
    r#"{"plan": null, "country": "DE", "age": -1.5, "tags": ["a", "b"]}"#,
    r#"{"a": {"b": 1}, "a.b": "x", "list": [0, 1], "beta": true}"#,
];

/// Returns the rulesets of the first release, each with the ruleset that this release compiles from the same snapshot.
fn published() -> Vec<(Edited, Edited)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format/published");
    let pair = |name: &std::ffi::OsStr| {
        let read = |directory: &Path| Edited(fs::read(directory.join(name)).unwrap());
        (read(&directory), read(&seeds::directory().join("ruleset")))
    };
    let files = fs::read_dir(&directory).unwrap();
    let pairs: Vec<_> = files.map(|file| pair(&file.unwrap().file_name())).collect();
    assert_eq!(pairs.len(), 6);
    pairs
}

fn decide_all(ruleset: &Ruleset) -> Vec<Vec<Assignment>> {
    let mut buffer = Buffer::new();
    let mut decided = Vec::new();
    for context in CONTEXTS.map(|context| Context::from_json(context).unwrap()) {
        for user in 0..50 {
            let key = format!("user-{user}");
            let request = Request::new(UserKey::new(&key).unwrap(), &context, 0);
            decided.push(ruleset.decide(&request, &mut buffer).to_vec());
        }
    }
    decided
}

#[test]
fn rulesets_of_earlier_releases_decide_as_before_and_say_that_they_cannot_explain() {
    for (earlier, current) in published() {
        let (earlier, current) = (earlier.load().unwrap(), current.load().unwrap());
        assert_eq!(decide_all(&earlier), decide_all(&current));
        let context = Context::default();
        let request = Request::new(None, &context, 0);
        for entity in (0..earlier.experiments()).map(EntityId::new) {
            assert_eq!(earlier.explain(entity, &request), Err(ExplainError::NotTraced));
            assert!(current.explain(entity, &request).is_ok());
        }
        let beyond = EntityId::new(earlier.experiments());
        assert_eq!(current.explain(beyond, &request), Err(ExplainError::Unknown(beyond)));
        for key in ["k1", "open", "never", "no such key"] {
            assert_eq!(earlier.experiment(key), current.experiment(key), "{key}");
        }
    }
}

/// An engine of an earlier release reads the sections that the engine knows. These sections have not changed, and
/// nothing in the header keeps the engine from loading the ruleset.
#[test]
fn earlier_engines_find_what_they_know() {
    for (earlier, current) in published() {
        assert_eq!(earlier.sections(), FIRST_SECTIONS);
        for number in 0..FIRST_SECTIONS {
            let section = Section { number, words: 1 };
            let bytes = |ruleset: &Edited| {
                let (offset, length) = (ruleset.offset(section) as usize, ruleset.length(section) as usize);
                ruleset.0[offset..offset + length].to_vec()
            };
            assert_eq!(bytes(&earlier), bytes(&current), "{}", layout::NAMES[number]);
        }
        for word in (0..header::WORDS)
            .filter(|word| ![header::CHECKSUM, header::BYTES, header::SECTIONS].contains(word))
        {
            assert_eq!(earlier.word(word), current.word(word), "{}", header::NAMES[word]);
        }
    }
}

/// Loading does not check the sections that only explanations read, so any content of these sections must be harmless.
#[test]
fn damaged_traces_explain_something_or_fail_but_never_panic() {
    let seed = Seed::Full.ruleset();
    let context = Context::from_json(CONTEXTS[1]).unwrap();
    let request = Request::new(UserKey::new("user-1").unwrap(), &context, 0);
    let unchanged = seed.clone().load().unwrap();
    let explain = |ruleset: &Ruleset| -> Vec<String> {
        let explained = |entity| {
            let explanation = ruleset.explain(entity, &request).ok()?;
            if let Some(variant) = explanation.variant_id {
                assert!(variant.get() < ruleset.variants(entity), "the variant exists");
            }
            Some(text(explanation))
        };
        (0..ruleset.experiments()).map(EntityId::new).filter_map(explained).collect()
    };
    let values = {
        // Numbers of conditions that would be read from the text, from the table of sections, and from the last section.
        let near = seed.offset(layout::TEXT) / 12;
        let conditions = seed.count(layout::CONDITIONS);
        [
            0,
            1,
            7,
            conditions - 1,
            conditions,
            near,
            near + 9,
            1 << 31,
            1 << 31 | 7,
            0x7fff_ffff,
            u32::MAX - 1,
            u32::MAX,
        ]
    };
    let (decided, expected, mut changed) = (decide_all(&unchanged), explain(&unchanged), 0);
    for section in [
        layout::TRACES,
        layout::TRACE_LISTS,
        layout::TRACE_RULES,
        layout::TRACE_CONDITIONS,
        layout::TRACE_SPLITS,
        layout::TRACE_RANGES,
        layout::TRACE_KEYS,
    ] {
        let first = seed.offset(section) as usize / 4;
        for word in first..first + seed.length(section) as usize / 4 {
            for value in values.into_iter().chain([seed.word(word).wrapping_add(1)]) {
                let mut edited = seed.clone();
                edited.set_word(word, value);
                let ruleset = edited.load().unwrap();
                if value == 0 {
                    assert_eq!(decide_all(&ruleset), decided, "decisions do not read traces");
                }
                changed += usize::from(explain(&ruleset) != expected);
                assert!(ruleset.experiment("no such key").is_none());
                let experiment = ruleset.experiment("e1");
                assert!(experiment.is_none_or(|entity| entity.get() < ruleset.experiments()));
            }
        }
    }
    assert!(changed > 100, "only {changed} changes were seen");
}

fn text(explanation: Explanation<'_>) -> String {
    serde_json::to_string(&explanation).unwrap()
}

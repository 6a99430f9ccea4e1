//! Any bytes either are refused, or decide: without a panic, with the same result for every hash implementation, and only to
//! variants that exist.
#![no_main]

mod users;

use edgewise_engine::{Buffer, Context, EntityId, Lanes, Request, Ruleset, murmur3};
use libfuzzer_sys::fuzz_target;
use users::users;

fuzz_target!(|bytes: &[u8]| {
    let unchanged = Ruleset::load(bytes.to_vec());
    if unchanged.is_ok() {
        decide(unchanged);
    }
    decide(Ruleset::load(sealed(bytes)));
});

/// Returns the bytes with a valid header, so that loading checks the rest too.
fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let length = u32::try_from(bytes.len()).unwrap();
    for (word, value) in [(0, *b"EWRS"), (1, 1_u32.to_le_bytes()), (3, length.to_le_bytes()), (4, [0; 4])] {
        if let Some(place) = bytes.get_mut(4 * word..4 * word + 4) {
            place.copy_from_slice(&value);
        }
    }
    if bytes.len() >= 12 {
        let checksum = murmur3::hash(&bytes[12..]);
        bytes[8..12].copy_from_slice(&checksum.to_le_bytes());
    }
    bytes
}

fn decide<E>(ruleset: Result<Ruleset, E>) {
    let Ok(ruleset) = ruleset else { return };
    let [mut scalar, mut portable, mut fastest] =
        [Lanes::SCALAR, Lanes::PORTABLE, Lanes::fastest()].map(Buffer::with_lanes);
    for name in ruleset.attributes() {
        assert!(name.len() <= ruleset.as_bytes().len());
    }
    for (key, context) in users() {
        let context = Context::from_json(context).unwrap();
        let request = Request::new(key, &context, 0);
        let decided = ruleset.decide(&request, &mut scalar);
        assert_eq!(decided, ruleset.decide(&request, &mut portable));
        assert_eq!(decided, ruleset.decide(&request, &mut fastest));
        // A response is built from different parts of the ruleset, and so is never longer than the ruleset.
        let fragments = ruleset.fragments();
        let lengths = decided.iter().map(|assignment| {
            fragments.head(assignment.entity).len()
                + fragments.tail(assignment.entity, assignment.variant).len()
        });
        assert!(lengths.sum::<usize>() <= ruleset.as_bytes().len());
        // Explanations read sections that loading does not check.
        std::hint::black_box(ruleset.experiment("one"));
        for entity in (0..ruleset.experiments()).map(EntityId::new) {
            if let Ok(explanation) = ruleset.explain(entity, &request) {
                serde_json::to_string(&explanation).unwrap();
            }
        }
        for assignment in decided {
            assert!(assignment.variant.get() < ruleset.variants(assignment.entity));
            core::str::from_utf8(fragments.head(assignment.entity)).unwrap();
            core::str::from_utf8(fragments.tail(assignment.entity, assignment.variant)).unwrap();
        }
    }
}

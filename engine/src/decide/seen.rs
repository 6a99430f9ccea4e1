use alloc::vec::Vec;

use crate::{
    attributes::{Attributes, Scalar},
    ruleset::{
        Ruleset, Words,
        layout::{Section, bytes_of, kind, table_hash},
    },
};

/// What is known of an attribute in one decision.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    pub(super) scalar: Scalar<'a>,
    /// Its number among the ruleset's values, or [`NO_VALUE`].
    pub(super) value: u32,
    /// How many of the attribute's thresholds are less than it; 0 unless it is a number.
    pub(super) above: u32,
    /// How many of the attribute's thresholds are not greater than it; all if it is no number.
    pub(super) not_below: u32,
}

/// Instead of a value: no condition names this one.
pub(super) const NO_VALUE: u32 = u32::MAX;

/// An empty list in the memory of another. (The standard library keeps the memory of a vector that is collected into
/// one of the same element size.)
pub(super) fn recycled<'b>(mut seen: Vec<Seen<'_>>) -> Vec<Seen<'b>> {
    seen.clear();
    seen.into_iter()
        .map(|Seen { value, above, not_below, .. }| Seen { scalar: Scalar::Missing, value, above, not_below })
        .collect()
}

/// Looks up each attribute that the ruleset asks for.
pub(super) fn look_up<'a>(ruleset: &Ruleset, attributes: &'a impl Attributes, seen: &mut Vec<Seen<'a>>) {
    let values = Values::of(ruleset);
    for (number, attribute) in ruleset.attribute_records().iter().enumerate() {
        let scalar = attributes.attribute(number, &attribute.name);
        let value = if attribute.has_values { values.find(number, scalar) } else { NO_VALUE };
        let (above, not_below) = match scalar {
            Scalar::Number(number) if attribute.thresholds > 0 => {
                among(ruleset, attribute.first, attribute.thresholds, number)
            }
            _ => (0, u32::MAX),
        };
        seen.push(Seen { scalar, value, above, not_below });
    }
}

/// How many of some thresholds are less than `number`, and how many are not greater.
fn among(ruleset: &Ruleset, first: u32, count: u32, number: f64) -> (u32, u32) {
    let thresholds = ruleset.words(Section::Thresholds);
    let threshold = |at: u32| f64::from_bits(thresholds.pair(2 * (first + at) as usize));
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        if threshold(middle) < number { low = middle + 1 } else { high = middle }
    }
    let equal = low < count && threshold(low) == number;
    (low, low + u32::from(equal))
}

/// The values that conditions compare with, and the table that finds them.
struct Values<'r> {
    ruleset: &'r Ruleset,
    records: Words<'r>,
    table: Words<'r>,
}

impl<'r> Values<'r> {
    fn of(ruleset: &'r Ruleset) -> Self {
        Self { ruleset, records: ruleset.words(Section::Values), table: ruleset.words(Section::Table) }
    }

    /// The number of the value that an attribute has, if a condition names it.
    fn find(&self, attribute: usize, scalar: Scalar<'_>) -> u32 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "attributes are fewer than 2^30, the halves are meant"
        )]
        let (kind, words) = match scalar {
            Scalar::String(text) => return self.find_text(attribute as u32, text.as_bytes()),
            Scalar::Number(number) => {
                // -0 is 0.
                let bits = (number + 0.0).to_bits();
                (kind::NUMBER, [bits as u32, (bits >> 32) as u32])
            }
            Scalar::Bool(value) => (kind::BOOL, [u32::from(value), 0]),
            Scalar::Null => (kind::NULL, [0, 0]),
            Scalar::Missing | Scalar::Composite => return NO_VALUE,
        };
        #[expect(clippy::cast_possible_truncation, reason = "attributes are fewer than 2^30")]
        let tagged = (attribute as u32) << kind::ATTRIBUTE_SHIFT | kind;
        let [low, high] = words;
        self.probe(table_hash(tagged, &bytes_of(words)), tagged, |first, second| {
            first == low && second == high
        })
    }

    #[inline]
    fn find_text(&self, attribute: u32, text: &[u8]) -> u32 {
        let tagged = attribute << kind::ATTRIBUTE_SHIFT | kind::STRING;
        let pool = self.ruleset.bytes_of(Section::Text);
        self.probe(table_hash(tagged, text), tagged, |offset, length| {
            length as usize == text.len()
                && pool.get(offset as usize..).is_some_and(|rest| rest.starts_with(text))
        })
    }

    #[inline]
    fn probe(&self, hash: u32, tagged: u32, is: impl Fn(u32, u32) -> bool) -> u32 {
        let mask = self.table.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        // A checked table has a gap, at which every search ends.
        while let value @ 1.. = self.table.at(at) {
            let place = (value - 1) as usize * Section::Values.record_words();
            let [of, first, second] = self.records.record(place);
            if of == tagged && is(first, second) {
                return value - 1;
            }
            at = (at + 1) & mask;
        }
        NO_VALUE
    }
}

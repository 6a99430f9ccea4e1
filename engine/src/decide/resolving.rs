use alloc::vec::Vec;

use crate::{
    attributes::{Attributes, Scalar},
    ruleset::{
        Attribute, AttributeId, Id, Ruleset, ThresholdId, ValueId, Words,
        layout::{Section, kind, scalar_bytes, table_hash, value_word},
    },
};

/// An attribute of the user, located among the values and thresholds that conditions compare the attribute with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolved<'a> {
    pub(super) scalar: Scalar<'a>,
    /// The attribute's value among the ruleset's values, or [`NO_VALUE`].
    pub(super) value: ValueId,
    /// The first threshold that the attribute is not above; the first of all unless the attribute is a number.
    pub(super) above: ThresholdId,
    /// The first threshold that the attribute is below; beyond all thresholds unless the attribute is a number.
    pub(super) not_below: ThresholdId,
}

/// Stands instead of a value that no condition names.
pub(super) const NO_VALUE: ValueId = ValueId::new(u32::MAX);

/// Returns an empty vector with another lifetime that reuses the memory of `resolved`. (The standard library reuses the
/// memory when a vector is collected into a vector of the same element size.)
pub(super) fn recycle<'b>(mut resolved: Vec<Resolved<'_>>) -> Vec<Resolved<'b>> {
    resolved.clear();
    resolved
        .into_iter()
        .map(|Resolved { value, above, not_below, .. }| Resolved {
            scalar: Scalar::Missing,
            value,
            above,
            not_below,
        })
        .collect()
}

/// Resolves each attribute that the ruleset uses.
pub(super) fn resolve<'a>(
    ruleset: &Ruleset,
    attributes: &'a impl Attributes,
    resolved: &mut Vec<Resolved<'a>>,
) {
    let resolver = Resolver::new(ruleset);
    for (number, attribute) in ruleset.attribute_records().iter().enumerate() {
        let id = AttributeId::from_index(number);
        resolved.push(resolver.locate(id, attribute, attributes.attribute(number, &attribute.name)));
    }
}

/// Resolves attributes.
pub(super) struct Resolver<'r>(Values<'r>);

impl<'r> Resolver<'r> {
    pub(super) fn new(ruleset: &'r Ruleset) -> Self {
        Self(Values::of(ruleset))
    }

    /// Resolves one attribute, if the ruleset has the attribute.
    pub(super) fn resolve<'a, A: Attributes + ?Sized>(
        &self,
        id: AttributeId,
        attributes: &'a A,
    ) -> Option<Resolved<'a>> {
        let attribute = self.0.ruleset.attribute_records().get(id.index())?;
        Some(self.locate(id, attribute, attributes.attribute(id.index(), &attribute.name)))
    }

    /// Locates the value of an attribute among the values and thresholds of conditions.
    #[inline]
    fn locate<'a>(&self, id: AttributeId, attribute: &Attribute, scalar: Scalar<'a>) -> Resolved<'a> {
        let value = if attribute.has_values { self.0.find(id, scalar) } else { NO_VALUE };
        let (above, not_below) = match scalar {
            Scalar::Number(number) if attribute.thresholds > 0 => {
                locate(self.0.ruleset, attribute.first, attribute.thresholds, number)
            }
            _ => (ThresholdId::new(0), ThresholdId::new(u32::MAX)),
        };
        Resolved { scalar, value, above, not_below }
    }
}

/// Returns the first threshold that is not below `number`, and the first threshold that is above `number`.
fn locate(ruleset: &Ruleset, first: u32, count: u32, number: f64) -> (ThresholdId, ThresholdId) {
    let thresholds = ruleset.words(Section::Thresholds);
    let threshold = |at: u32| f64::from_bits(thresholds.pair(2 * (first + at) as usize));
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        if threshold(middle) < number { low = middle + 1 } else { high = middle }
    }
    let equal = low < count && threshold(low) == number;
    (ThresholdId::new(low), ThresholdId::new(low + u32::from(equal)))
}

/// The values that conditions compare attributes with, and the hash table of these values.
struct Values<'r> {
    ruleset: &'r Ruleset,
    records: Words<'r>,
    table: Words<'r>,
}

impl<'r> Values<'r> {
    fn of(ruleset: &'r Ruleset) -> Self {
        Self { ruleset, records: ruleset.words(Section::Values), table: ruleset.words(Section::Table) }
    }

    /// Returns an attribute's value, or [`NO_VALUE`] if no condition names the value.
    fn find(&self, attribute: AttributeId, scalar: Scalar<'_>) -> ValueId {
        #[expect(clippy::cast_possible_truncation, reason = "splits into halves")]
        let (kind, words) = match scalar {
            Scalar::String(text) => return self.find_text(attribute, text.as_bytes()),
            Scalar::Number(number) => {
                // Adding 0 turns -0 into 0.
                let bits = (number + 0.0).to_bits();
                (kind::NUMBER, [bits as u32, (bits >> 32) as u32])
            }
            Scalar::Bool(value) => (kind::BOOL, [u32::from(value), 0]),
            Scalar::Null => (kind::NULL, [0, 0]),
            Scalar::Missing | Scalar::Composite => return NO_VALUE,
        };
        let tagged = value_word(attribute, kind);
        let [low, high] = words;
        self.probe(table_hash(tagged, &scalar_bytes(words)), tagged, |first, second| {
            first == low && second == high
        })
    }

    #[inline]
    fn find_text(&self, attribute: AttributeId, text: &[u8]) -> ValueId {
        let tagged = value_word(attribute, kind::STRING);
        let pool = self.ruleset.bytes_of(Section::Text);
        self.probe(table_hash(tagged, text), tagged, |offset, length| {
            length as usize == text.len()
                && pool.get(offset as usize..).is_some_and(|rest| rest.starts_with(text))
        })
    }

    #[inline]
    fn probe(&self, hash: u32, tagged: u32, matches: impl Fn(u32, u32) -> bool) -> ValueId {
        let mask = self.table.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        // A validated table has an empty slot, so every search ends.
        while let value @ 1.. = self.table.at(at) {
            let value = ValueId::new(value - 1);
            let place = value.index() * Section::Values.record_words();
            let [of, first, second] = self.records.record(place);
            if of == tagged && matches(first, second) {
                return value;
            }
            at = (at + 1) & mask;
        }
        NO_VALUE
    }
}

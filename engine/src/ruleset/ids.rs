//! Types of indexes into the sections of a ruleset, so that a rule cannot be passed for a gate.
//!
//! An index is a word. The section that contains the word says the type; validation says that the item exists.

/// An index into a list of items.
pub(crate) trait Id: Copy {
    /// Creates the id of the item at this index. Indexes of 2^32 and above are truncated; the writer rejects rulesets
    /// that are so large.
    fn from_index(index: usize) -> Self;

    /// Returns the item's index.
    fn index(self) -> usize;
}

/// Defines types of indexes.
macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $id:ident)+) => {$(
        $(#[doc = $doc])+
        #[repr(transparent)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) struct $id(u32);

        #[allow(dead_code, reason = "not every type needs every function, so an expectation would fail for some types")]
        impl $id {
            /// Reads the id from a word.
            #[inline(always)]
            pub(crate) const fn new(word: u32) -> Self {
                Self(word)
            }

            /// Returns the id as a word.
            #[inline(always)]
            pub(crate) const fn get(self) -> u32 {
                self.0
            }

            /// Returns the item's index.
            #[inline(always)]
            pub(crate) const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl $crate::ruleset::Id for $id {
            #[inline]
            #[expect(clippy::cast_possible_truncation, reason = "the writer rejects larger rulesets")]
            fn from_index(index: usize) -> Self {
                Self(index as u32)
            }

            #[inline]
            fn index(self) -> usize {
                self.index()
            }
        }
    )+};
}
pub(crate) use ids;

ids! {
    /// An attribute that conditions name: an index into Attributes, which is sorted by name.
    AttributeId

    /// A threshold: an index among the thresholds of one attribute, in ascending order.
    ThresholdId

    /// A value that conditions compare with: an index into Values.
    ValueId

    /// A condition: an index into Conditions.
    ConditionId

    /// A list of conditions, all of which must match: an index into Rules.
    RuleId

    /// A list of rules, one of which must match: an index into Predicates.
    PredicateId

    /// Experiments with the same rules: an index into Gates.
    GateId

    /// A condition that gates are indexed by: an index into Anchors.
    AnchorId

    /// A gate that requires an anchor: an index into Entries.
    EntryId

    /// An experiment at its position in the order of hashing: an index into Blocks and then Loose.
    SlotId

    /// A division of buckets into more than two variants: an index into Splits.
    SplitId

    /// A list of rules as published: an index into TraceLists.
    TraceListId

    /// A list of allocated ranges: an index into TraceSplits.
    TraceSplitId
}

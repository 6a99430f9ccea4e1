//! Words that contain an id or something else.

use super::{
    ids::{AnchorId, ConditionId, EntryId, GateId, PredicateId, SlotId},
    layout::{ALWAYS, DIRECT, NEVER, NONE},
};

/// What the section ValueAnchors refers to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AnchorReference {
    Anchor(AnchorId),
    /// The entry of an anchor that has one entry.
    Entry(EntryId),
}

impl AnchorReference {
    #[inline(always)]
    pub(crate) const fn from_word(word: u32) -> Self {
        if word & DIRECT != 0 {
            Self::Entry(EntryId::new(word & !DIRECT))
        } else {
            Self::Anchor(AnchorId::new(word))
        }
    }

    pub(crate) const fn word(self) -> u32 {
        match self {
            Self::Anchor(anchor) => anchor.get(),
            Self::Entry(entry) => entry.get() | DIRECT,
        }
    }
}

/// What an entry opens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    Gate(GateId),
    /// The slot of a gate that has one slot.
    Slot(SlotId),
}

impl Target {
    #[inline(always)]
    pub(crate) const fn from_word(word: u32) -> Self {
        if word & DIRECT != 0 {
            Self::Slot(SlotId::new(word & !DIRECT))
        } else {
            Self::Gate(GateId::new(word))
        }
    }

    pub(crate) const fn word(self) -> u32 {
        match self {
            Self::Gate(gate) => gate.get(),
            Self::Slot(slot) => slot.get() | DIRECT,
        }
    }
}

/// A predicate, or none, which matches everyone. The type is a word, because `Option<PredicateId>` costs decisions time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PredicateReference(u32);

impl PredicateReference {
    pub(crate) const fn new(predicate: Option<PredicateId>) -> Self {
        Self(match predicate {
            Some(predicate) => predicate.get(),
            None => NONE,
        })
    }

    #[inline(always)]
    pub(crate) const fn from_word(word: u32) -> Self {
        Self(word)
    }

    pub(crate) const fn word(self) -> u32 {
        self.0
    }

    #[inline(always)]
    pub(crate) const fn get(self) -> Option<PredicateId> {
        if self.0 == NONE { None } else { Some(PredicateId::new(self.0)) }
    }
}

/// What an explanation evaluates of a condition as published.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Evaluated {
    /// The condition never holds.
    Never,
    /// The condition always holds.
    Always,
    /// The condition holds if this condition of the ruleset does.
    Decided(ConditionId),
    /// The condition holds if this condition of the ruleset in the section TraceRuleset does.
    Undecided(ConditionId),
}

impl Evaluated {
    pub(crate) const fn from_word(word: u32) -> Self {
        match word {
            NEVER => Self::Never,
            ALWAYS => Self::Always,
            word if word & DIRECT == 0 => Self::Decided(ConditionId::new(word)),
            word => Self::Undecided(ConditionId::new(word & !DIRECT)),
        }
    }

    pub(crate) const fn word(self) -> u32 {
        match self {
            Self::Never => NEVER,
            Self::Always => ALWAYS,
            Self::Decided(condition) => condition.get(),
            Self::Undecided(condition) => condition.get() | DIRECT,
        }
    }
}

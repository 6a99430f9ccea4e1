//! The result of a decision.

/// The number of an entity that a ruleset decides: its index in the snapshot, from 0. The kind of the entity follows from
/// the range that the number is in ([`Ruleset::kind`](crate::Ruleset::kind)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct EntityId(u32);

/// The number of a variant: its index in the entity, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct VariantId(u32);

/// What an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum EntityKind {
    /// A split of users into variants. Experiments have the numbers below
    /// [`Ruleset::experiments`](crate::Ruleset::experiments).
    Experiment,
}

/// The variant that a user is assigned to.
///
/// The memory layout is the two numbers in this order: hosts of WASM builds read assignments from memory.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The entity.
    pub entity: EntityId,
    /// The variant of the entity.
    pub variant: VariantId,
}

impl EntityId {
    /// Creates the number of an entity. A ruleset need not have such an entity.
    #[must_use]
    #[inline]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Returns the number.
    #[must_use]
    #[inline]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Returns the number as an index.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl VariantId {
    /// Creates the number of a variant. An entity need not have such a variant.
    #[must_use]
    #[inline]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Returns the number.
    #[must_use]
    #[inline]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Returns the number as an index.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl Assignment {
    /// Creates an assignment from the two numbers.
    #[inline]
    pub(crate) const fn of(entity: u32, variant: u32) -> Self {
        Self { entity: EntityId(entity), variant: VariantId(variant) }
    }
}

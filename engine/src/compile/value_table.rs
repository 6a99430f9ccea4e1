//! The hash table of values. The hash of a value begins with the number of the value's attribute.

use alloc::{string::String, vec, vec::Vec};

use super::{
    error::CompileError,
    simple_condition::{NameId, Scalar},
    simplifying::Compared,
};
use crate::ruleset::{
    AttributeId, Id,
    layout::{LONGEST_SEARCH, longest_run, scalar_bytes, table_hash, value_word},
};

/// The ids of attributes, which are the indexes in the order of names.
pub(super) struct AttributeIds(Vec<AttributeId>);

impl AttributeIds {
    fn new(compared: &Compared) -> Self {
        let mut ids = vec![AttributeId::new(0); compared.attributes.items().len()];
        for (place, number) in compared.attributes.in_order().enumerate() {
            if let Some(id) = ids.get_mut(number) {
                *id = AttributeId::from_index(place);
            }
        }
        Self(ids)
    }

    pub(super) fn of(&self, name: NameId) -> AttributeId {
        self.0.get(name.index()).copied().unwrap_or(AttributeId::new(0))
    }
}

/// The largest number of attributes that are added to spread values.
const MAX_ADDED: usize = 64;

impl Compared {
    /// Returns the ids of attributes, and the hash table of values.
    ///
    /// Engines refuse a table that needs long searches, and anybody can choose values whose hashes collide. In that case an
    /// attribute is added that no condition names. The name of the added attribute precedes other names, so that the
    /// numbers of other attributes change, and the hashes of all values with them.
    pub(super) fn spread(&mut self) -> Result<(AttributeIds, Vec<u32>), CompileError> {
        let mut name = String::new();
        for _ in 0..MAX_ADDED {
            let ids = AttributeIds::new(self);
            if let Some(table) = self.table(&ids) {
                return Ok((ids, table));
            }
            name.push('\0');
            self.attributes.intern(name.clone());
        }
        Err(CompileError::Collisions)
    }

    /// Returns the hash table: for each entry the number of the value plus 1, or 0. Returns `None` if a search would be too
    /// long.
    fn table(&self, ids: &AttributeIds) -> Option<Vec<u32>> {
        let values = self.values.items();
        // Half of the table stays empty, so that searches are short.
        let mut table = vec![0; (values.len() * 2).next_power_of_two()];
        let mask = table.len().wrapping_sub(1);
        for (number, (attribute, scalar)) in (1_u32..).zip(values) {
            let tagged = value_word(ids.of(*attribute), scalar.kind());
            let hash = match scalar {
                Scalar::String(text) => table_hash(tagged, text.as_bytes()),
                other => table_hash(tagged, &scalar_bytes(other.words())),
            };
            let start = hash as usize & mask;
            let mut search = (start..start + LONGEST_SEARCH).map(|at| at & mask);
            let free = search.find(|at| table.get(*at) == Some(&0))?;
            *table.get_mut(free)? = number;
        }
        (longest_run(table.iter().copied()) <= LONGEST_SEARCH).then_some(table)
    }
}

use alloc::{collections::BTreeMap, vec::Vec};
use core::marker::PhantomData;

use crate::ruleset::Id;

/// A set of distinct items, with ids in the order of insertion.
#[derive(Debug)]
pub(super) struct Interner<I, T> {
    indexes: BTreeMap<T, usize>,
    items: Vec<T>,
    id: PhantomData<I>,
}

impl<I, T> Default for Interner<I, T> {
    fn default() -> Self {
        Self { indexes: BTreeMap::new(), items: Vec::new(), id: PhantomData }
    }
}

impl<I: Id, T: Ord + Clone> Interner<I, T> {
    /// Returns the id of an item, which is inserted unless an equal item exists.
    pub(super) fn intern(&mut self, item: T) -> I {
        if let Some(index) = self.indexes.get(&item) {
            return I::from_index(*index);
        }
        let index = self.items.len();
        self.items.push(item.clone());
        self.indexes.insert(item, index);
        I::from_index(index)
    }

    /// Returns the item with this id.
    pub(super) fn get(&self, id: I) -> Option<&T> {
        self.items.get(id.index())
    }

    /// Returns the indexes of all items, in the order of the items.
    pub(super) fn in_order(&self) -> impl Iterator<Item = usize> {
        self.indexes.values().copied()
    }

    /// Returns all items, in the order of their ids.
    pub(super) fn items(&self) -> &[T] {
        &self.items
    }
}

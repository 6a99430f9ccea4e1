use alloc::{collections::BTreeMap, vec::Vec};

/// A set of distinct items, numbered in the order of insertion.
#[derive(Debug)]
pub(super) struct Interner<T> {
    numbers: BTreeMap<T, u32>,
    items: Vec<T>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { numbers: BTreeMap::new(), items: Vec::new() }
    }
}

impl<T: Ord + Clone> Interner<T> {
    #[expect(clippy::cast_possible_truncation, reason = "the writer rejects larger rulesets")]
    pub(super) fn intern(&mut self, item: T) -> u32 {
        if let Some(number) = self.numbers.get(&item) {
            return *number;
        }
        let number = self.items.len() as u32;
        self.items.push(item.clone());
        self.numbers.insert(item, number);
        number
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.items.get(number as usize)
    }

    pub(super) fn items(&self) -> &[T] {
        &self.items
    }
}

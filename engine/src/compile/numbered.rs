use alloc::{collections::BTreeMap, vec::Vec};

/// Things of which each is kept once, numbered in the order in which they came.
#[derive(Debug)]
pub(super) struct Numbered<T> {
    numbers: BTreeMap<T, u32>,
    items: Vec<T>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { numbers: BTreeMap::new(), items: Vec::new() }
    }
}

impl<T: Ord + Clone> Numbered<T> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the writer refuses rulesets in which there are more"
    )]
    pub(super) fn number(&mut self, item: T) -> u32 {
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

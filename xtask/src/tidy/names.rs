//! Lists of names in findings.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

/// How many names a finding lists.
const LIMIT: usize = 6;

/// The names that one file uses of another, as written, each with its first line.
#[derive(Debug, Default)]
pub(super) struct Names<'a>(BTreeMap<&'a str, usize>);

impl<'a> Names<'a> {
    pub(super) fn add(&mut self, name: &'a str, line: usize) {
        match self.0.entry(name) {
            Entry::Vacant(entry) => drop(entry.insert(line)),
            Entry::Occupied(mut entry) => *entry.get_mut() = line.min(*entry.get()),
        }
    }

    /// Returns the line of the first name.
    pub(super) fn first_line(&self) -> usize {
        self.0.values().copied().min().unwrap_or_default()
    }

    /// Returns the names in the order of their lines. `Rows::new` is left out if `super::Rows` is listed.
    fn sorted(&self) -> Vec<(&'a str, usize)> {
        let mut names: Vec<_> = self.0.iter().map(|(name, line)| (*name, *line)).collect();
        names.sort_by_key(|(name, line)| (*line, *name));
        let imports: Vec<_> = names.iter().filter_map(|(name, _)| name.rsplit_once("::")).collect();
        names.retain(|(name, _)| {
            let first = name.split("::").next().unwrap_or_default();
            !imports.iter().any(|(start, last)| *last == first && !start.starts_with(first))
        });
        names
    }
}

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.sorted();
        for (index, (name, line)) in names.iter().take(LIMIT).enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}`{name}` (line {line})")?;
        }
        match names.len().saturating_sub(LIMIT) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(names: &[(&'static str, usize)]) -> String {
        let mut list = Names::default();
        names.iter().for_each(|(name, line)| list.add(name, *line));
        list.to_string()
    }

    #[test]
    fn names_are_listed_once_in_the_order_of_lines() {
        assert_eq!(listed(&[("b::B", 9), ("a::A", 12), ("b::B", 3)]), "`b::B` (line 3), `a::A` (line 12)");
    }

    #[test]
    fn uses_of_an_imported_name_are_not_listed() {
        let names = [("super::Rows", 2), ("Rows", 5), ("Rows::new", 7), ("rows::Rows", 9), ("other", 11)];
        assert_eq!(listed(&names), "`super::Rows` (line 2), `rows::Rows` (line 9), `other` (line 11)");
    }

    #[test]
    fn long_lists_are_cut_off() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"].map(|name| (name, 1));
        assert!(listed(&names).ends_with("`f` (line 1) and 2 more"));
    }
}

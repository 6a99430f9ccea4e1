//! The files of a module that was split into parts.
//!
//! The splitter writes a file for each set of parts that have code in common: dozens of files. Files that nearly the same parts
//! need are merged, so that a page needs a few requests, and other pages' code costs it next to nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::bindgen;

/// The name of the main part, which every page needs.
pub(super) const MAIN: &str = "main";
/// How much code a merge may cost all parts together that did not need the code, in bytes before compression and with the names of
/// functions.
const MAX_EXCESS: u64 = 40_000;
/// The parts that pages load on top of the part that they need first. What they load in vain does not count.
const LATER: [&str; 1] = ["editors"];

/// Files with code, and the parts that need them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// The names of the files without their ending, in a fixed order.
    pub(super) files: BTreeSet<String>,
    /// The names of the parts that need the files.
    pub(super) needed_by: BTreeSet<String>,
    /// The size of the files in bytes.
    size: u64,
}

impl Group {
    /// Returns a name for people and for files: the parts that need the group.
    pub(super) fn name(&self) -> String {
        if self.is_main() {
            MAIN.to_owned()
        } else {
            Vec::from_iter(self.needed_by.iter().cloned()).join("-")
        }
    }

    fn is_main(&self) -> bool {
        self.files.contains(MAIN)
    }

    /// Returns how many bytes all parts together would load in vain if the groups were merged.
    fn excess(&self, other: &Self) -> u64 {
        let foreign = |own: &Self, other: &Self| {
            let parts =
                other.needed_by.difference(&own.needed_by).filter(|part| !LATER.contains(&part.as_str()));
            own.size.saturating_mul(parts.count() as u64)
        };
        foreign(self, other).saturating_add(foreign(other, self))
    }

    fn merged(mut self, other: Self) -> Self {
        self.files.extend(other.files);
        self.needed_by.extend(other.needed_by);
        self.size += other.size;
        self
    }
}

/// Returns what the groups depend on beside the module.
pub(super) fn recipe() -> String {
    format!("merged up to {MAX_EXCESS}, later {}\n", LATER.join(" "))
}

/// Reads which files the parts need, from the directory that the splitter wrote, and merges the files into groups. The size of the
/// main part is `main` bytes.
///
/// # Errors
/// If a file cannot be read.
pub(super) fn groups(directory: &Path, main: u64) -> Result<Vec<Group>> {
    let list = directory.join("needs.txt");
    let list = fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let mut needed_by = BTreeMap::<&str, BTreeSet<String>>::new();
    let mut all = BTreeSet::new();
    for line in list.lines() {
        let mut words = line.split_whitespace();
        let Some(part) = words.next() else { continue };
        all.insert(part.to_owned());
        for file in words {
            needed_by.entry(file).or_default().insert(part.to_owned());
        }
    }
    let mut groups = vec![Group { files: BTreeSet::from([MAIN.to_owned()]), needed_by: all, size: main }];
    for (file, needed_by) in needed_by {
        let path = directory.join(file).with_extension("wasm");
        let size = fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?.len();
        groups.push(Group { files: BTreeSet::from([file.to_owned()]), needed_by, size });
    }
    Ok(merge(groups))
}

/// Merges the two groups whose merge costs least, until each merge would cost too much.
fn merge(mut groups: Vec<Group>) -> Vec<Group> {
    loop {
        let pairs = groups.iter().enumerate().flat_map(|(place, one)| {
            groups
                .iter()
                .enumerate()
                .take(place)
                .map(move |(before, other)| (one.excess(other), before, place))
        });
        match pairs.min() {
            Some((excess, before, place)) if excess <= MAX_EXCESS => {
                let (later, earlier) = (groups.remove(place), groups.remove(before));
                groups.push(earlier.merged(later));
            }
            _ => break,
        }
    }
    groups.sort_by_key(|group| (!group.is_main(), group.name()));
    groups
}

/// Returns a line for each part, the main part first: its name, and the names of the groups that it needs beside the main part.
pub(super) fn needs(groups: &[Group]) -> String {
    let mut lines = BTreeMap::<&str, String>::new();
    for group in groups {
        for part in &group.needed_by {
            let line = lines.entry(part).or_default();
            if !group.is_main() {
                *line += &format!(" {}", group.name());
            }
        }
    }
    let lines = lines.into_iter().map(|(part, names)| format!("{part}{names}\n"));
    format!("{MAIN} {MAIN}\n{}", lines.collect::<String>())
}

/// Merges and optimizes the files of a group. `main` is the file of the main part.
///
/// # Errors
/// If a tool is missing or fails.
pub(super) fn write(group: &Group, directory: &Path, main: &Path, to: &Path, options: &[&str]) -> Result<()> {
    // The parts import from the main part under this name.
    const MAIN_IMPORT: &str = "__wasm_split";
    let files = group.files.iter().map(|name| match name.as_str() {
        MAIN => (main.to_owned(), MAIN_IMPORT.to_owned()),
        name => (directory.join(name).with_extension("wasm"), name.to_owned()),
    });
    let mut files: Vec<(PathBuf, String)> = files.collect();
    if !group.is_main() {
        // Merged files would import the memory several times.
        files.insert(0, (directory.join("imports.wasm"), MAIN_IMPORT.to_owned()));
    }
    let merged = directory.join("merged.wasm");
    bindgen::merge(&files, &merged)?;
    bindgen::optimize(&merged, to, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(file: &str, needed_by: &[&str], size: u64) -> Group {
        let needed_by = needed_by.iter().map(|part| (*part).to_owned()).collect();
        Group { files: BTreeSet::from([file.to_owned()]), needed_by, size }
    }

    fn names(groups: &[Group]) -> Vec<(String, Vec<&str>)> {
        groups.iter().map(|group| (group.name(), group.files.iter().map(String::as_str).collect())).collect()
    }

    #[test]
    fn files_that_the_same_parts_need_are_one_and_large_files_stay_apart() {
        let groups = merge(vec![
            group(MAIN, &["a", "b", "c"], 400_000),
            group("chunk_1", &["a", "b"], 90_000),
            group("chunk_2", &["a", "b"], 50_000),
            group("chunk_3", &["a", "b", "c"], 70_000),
            group("split_a", &["a"], 60_000),
            group("split_b", &["b"], 60_000),
            group("split_c", &["c"], 60_000),
        ]);
        let expected = [
            (MAIN, vec!["chunk_3", MAIN]),
            ("a", vec!["split_a"]),
            ("a-b", vec!["chunk_1", "chunk_2"]),
            ("b", vec!["split_b"]),
            ("c", vec!["split_c"]),
        ];
        assert_eq!(names(&groups), expected.map(|(name, files)| (name.to_owned(), files)));
    }

    #[test]
    fn what_comes_on_top_of_a_page_is_loaded_with_it() {
        let groups = merge(vec![
            group(MAIN, &["a", "b", "editors"], 400_000),
            group("chunk_1", &["a", "editors"], 90_000),
            group("split_a", &["a"], 60_000),
            group("split_b", &["b"], 60_000),
            group("split_editors", &["editors"], 90_000),
        ]);
        let files = groups.iter().map(|group| group.files.len()).collect::<Vec<_>>();
        assert_eq!(
            names(&groups).iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            [MAIN, "a-editors", "b", "editors"]
        );
        assert_eq!(files, [1, 2, 1, 1]);
    }

    #[test]
    fn small_files_join_what_costs_least() {
        let groups = merge(vec![
            group(MAIN, &["a", "b", "c", "d"], 400_000),
            group("chunk_1", &["a", "b", "c"], 1_000),
            group("chunk_2", &["a", "b"], 2_000),
            group("split_d", &["d"], 50_000),
        ]);
        assert_eq!(
            names(&groups),
            [(MAIN.to_owned(), vec!["chunk_1", "chunk_2", MAIN]), ("d".to_owned(), vec!["split_d"])]
        );
    }
}

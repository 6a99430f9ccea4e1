//! No circular dependencies between files: of two files, at most one uses names of the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{finding::Finding, graph::Mention, names::Names};

const REMEDY: &str = "let files depend on each other one way: move shared code to a file that uses neither, or pass a \
                      value as an argument; `mod.rs` and `lib.rs` contain only documentation, `mod` and `pub use`";

/// For each file, the files that it uses, with the names.
type Arrows<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Names<'a>>>;

pub(super) fn check(mentions: &[Mention]) -> Vec<Finding> {
    let mut arrows = Arrows::new();
    for mention in mentions {
        for target in &mention.defined_in {
            let targets = arrows.entry(&mention.file).or_default();
            targets.entry(target).or_default().add(&mention.name, mention.line);
        }
    }
    circles(&arrows).iter().map(|circle| finding(circle, &arrows)).collect()
}

fn finding(circle: &BTreeSet<&str>, arrows: &Arrows<'_>) -> Finding {
    let mut problem = format!("is one of {} files that depend on each other:", circle.len());
    for from in circle {
        let targets = arrows.get(from).into_iter().flatten();
        for (to, names) in targets.filter(|(to, _)| circle.contains(*to)) {
            // Writing to a string cannot fail.
            let _written = write!(problem, "\n      {from} -> {to}: {names}");
        }
    }
    Finding::new(circle.first().copied().unwrap_or_default(), 0, problem, REMEDY)
}

/// Returns the sets of files that depend on each other: the strongly connected components with more than one file.
fn circles<'a>(arrows: &Arrows<'a>) -> Vec<BTreeSet<&'a str>> {
    let mut search = Search { arrows, numbers: BTreeMap::new(), open: Vec::new(), found: Vec::new() };
    for file in arrows.keys() {
        if !search.numbers.contains_key(file) {
            search.visit(file);
        }
    }
    search.found.sort();
    search.found
}

/// Tarjan's algorithm.
struct Search<'a, 'b> {
    arrows: &'b Arrows<'a>,
    /// The order in which files were visited.
    numbers: BTreeMap<&'a str, usize>,
    /// The visited files whose component is not complete.
    open: Vec<&'a str>,
    found: Vec<BTreeSet<&'a str>>,
}

impl<'a> Search<'a, '_> {
    /// Visits a file and the files it uses. Returns the lowest number of an open file that the file depends on.
    fn visit(&mut self, file: &'a str) -> usize {
        let number = self.numbers.len();
        let place = self.open.len();
        self.numbers.insert(file, number);
        self.open.push(file);
        let mut lowest = number;
        for target in self.arrows.get(file).into_iter().flat_map(BTreeMap::keys) {
            match self.numbers.get(target) {
                None => lowest = lowest.min(self.visit(target)),
                Some(other) if self.open.contains(target) => lowest = lowest.min(*other),
                Some(_) => {}
            }
        }
        if lowest == number {
            let component: BTreeSet<_> = self.open.drain(place..).collect();
            if component.len() > 1 {
                self.found.push(component);
            }
        }
        lowest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mention(file: &str, line: usize, name: &str, target: &str) -> Mention {
        Mention {
            file: file.to_owned(),
            line,
            name: name.to_owned(),
            defined_in: BTreeSet::from([target.to_owned()]),
            through: BTreeSet::new(),
        }
    }

    /// The findings for arrows written `a b`.
    fn found(arrows: &[&str]) -> Vec<String> {
        let arrows = arrows.iter().filter_map(|arrow| arrow.split_once(' '));
        let mentions: Vec<_> = arrows.map(|(from, to)| mention(from, 1, "x", to)).collect();
        check(&mentions).into_iter().map(|finding| finding.path).collect()
    }

    #[test]
    fn dependencies_that_run_one_way_pass() {
        assert_eq!(found(&["a b", "b c", "a c", "d c"]), [""; 0]);
    }

    #[test]
    fn circles_are_found() {
        assert_eq!(found(&["b a", "a b"]), ["a"]);
        assert_eq!(found(&["a b", "b c", "c d", "d b"]), ["b"]);
        assert_eq!(found(&["a b", "b a", "b c", "c d", "d c"]), ["a", "c"]);
        // Two circles through one file are one.
        assert_eq!(found(&["a b", "b a", "b c", "c b"]), ["a"]);
    }

    #[test]
    fn finding_lists_the_files_and_the_names_they_use() {
        let mentions = [
            mention("a.rs", 3, "super::B", "b.rs"),
            mention("b.rs", 4, "super::A", "a.rs"),
            mention("b.rs", 5, "C", "c.rs"),
        ];
        let [finding] = check(&mentions).try_into().unwrap();
        assert_eq!(
            finding.problem,
            "is one of 2 files that depend on each other:\n      a.rs -> b.rs: `super::B` (line 3)\n      \
             b.rs -> a.rs: `super::A` (line 4)"
        );
    }
}

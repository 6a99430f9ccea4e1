//! The names that each file uses of other files.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    crates::Crate,
    resolve::resolve,
    source::{Namespace, Path},
    tree::{ModuleId, Tree},
};

/// A name that a file uses, and that another file defines.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::tidy) struct Mention {
    pub(in crate::tidy) file: String,
    /// Counts from 1.
    pub(in crate::tidy) line: usize,
    /// The path, as written.
    pub(in crate::tidy) name: String,
    /// The files that define it. Several, if this depends on the target.
    pub(in crate::tidy) defined_in: BTreeSet<String>,
    /// The files of the modules in the path.
    pub(in crate::tidy) through: BTreeSet<String>,
}

/// The names that the files of the workspace use of each other, without test code.
#[derive(Debug, Default)]
pub(in crate::tidy) struct Mentions {
    /// In the order of files and lines.
    pub(in crate::tidy) all: Vec<Mention>,
    /// Files with invalid syntax, and the errors.
    pub(in crate::tidy) unreadable: Vec<(String, String)>,
}

impl Mentions {
    /// Reads the modules of crates. `files` maps paths to texts.
    pub(in crate::tidy) fn read(files: &BTreeMap<String, String>, crates: &[Crate]) -> Self {
        let tree = Tree::read(files, crates);
        let mut found = BTreeMap::new();
        for (id, module) in tree.modules() {
            for import in &module.source.imports {
                let is_of_child = import.is_exported && names_child(&tree, id, &import.path);
                if !is_of_child {
                    add(&tree, id, (&import.path, import.namespace, import.line), &mut found);
                }
            }
            for name in &module.source.names {
                add(&tree, id, (&name.path, name.namespace, name.line), &mut found);
            }
        }
        let mut all: Vec<_> = found.into_values().collect();
        all.sort();
        Self { all, unreadable: tree.unreadable }
    }
}

/// Adds the mention of a path of a module, unless the path was added before.
fn add<'a>(
    tree: &'a Tree,
    id: ModuleId,
    (path, namespace, line): (&'a Path, Option<Namespace>, usize),
    found: &mut BTreeMap<(ModuleId, &'a Path, Option<Namespace>), Mention>,
) {
    let key = (id, path, namespace);
    if found.contains_key(&key) {
        return;
    }
    let resolution = resolve(tree, id, path, namespace);
    let file = &tree.module(id).file;
    let files = |modules: BTreeSet<ModuleId>| {
        let files = modules.into_iter().map(|module| tree.module(module).file.clone());
        files.filter(|other| other != file).collect::<BTreeSet<_>>()
    };
    let (defined_in, through) = (files(resolution.defined_in), files(resolution.through));
    if !defined_in.is_empty() || !through.is_empty() {
        let name = path.to_string();
        found.insert(key, Mention { file: file.clone(), line, name, defined_in, through });
    }
}

/// Returns whether a path names a module below this one, or an item of such a module.
fn names_child(tree: &Tree, id: ModuleId, path: &Path) -> bool {
    let resolution = resolve(tree, id, path, None);
    let is_below = |module: &ModuleId| *module != id && tree.ancestors(*module).any(|other| other == id);
    resolution.through.iter().any(is_below) || resolution.defined_in.iter().any(is_below)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mentions in files of the crate `a`, written `from -> to: name`. Paths are below `a/src`.
    fn found(texts: &[(&str, &str)]) -> Vec<String> {
        let files = texts.iter().map(|(path, text)| (format!("a/src/{path}"), (*text).to_owned()));
        let crates = [Crate { name: Some("a".to_owned()), root: "a/src/lib.rs".to_owned() }];
        arrows(&files.collect(), &crates).iter().map(|arrow| arrow.replace("a/src/", "")).collect()
    }

    fn arrows(files: &BTreeMap<String, String>, crates: &[Crate]) -> Vec<String> {
        let mentions = Mentions::read(files, crates);
        assert!(mentions.unreadable.is_empty(), "{:?}", mentions.unreadable);
        let arrow = |mention: Mention| {
            let Mention { file, name, defined_in, .. } = mention;
            defined_in.into_iter().map(move |target| format!("{file} -> {target}: {name}"))
        };
        let mut arrows: Vec<_> = mentions.all.into_iter().flat_map(arrow).collect();
        arrows.sort();
        arrows.dedup();
        arrows
    }

    #[test]
    fn imports_are_mentions() {
        let b = "use crate::c::{self, X as Y};\nuse super::d::*;\nuse std::fmt;";
        let texts =
            [("lib.rs", "mod b; mod c; mod d;"), ("b.rs", b), ("c.rs", "pub struct X;"), ("d.rs", "")];
        assert_eq!(
            found(&texts),
            ["b.rs -> c.rs: crate::c", "b.rs -> c.rs: crate::c::X", "b.rs -> d.rs: super::d"]
        );
    }

    #[test]
    fn paths_in_code_are_mentions() {
        let b = "fn f(x: super::c::X) -> Option<crate::c::X> {\n g(crate::c::make) }\nfn h() {\n view!(<crate::c::X/>) }";
        let texts = [("lib.rs", "mod b; mod c;"), ("b.rs", b), ("c.rs", "pub struct X; pub fn make() {}")];
        assert_eq!(
            found(&texts),
            ["b.rs -> c.rs: crate::c::X", "b.rs -> c.rs: crate::c::make", "b.rs -> c.rs: super::c::X"]
        );
        // Without the function's signature, where the type stands, too.
        let b = "fn h() {\n view!(<crate::c::X/>) }";
        assert_eq!(found(&[texts[0], ("b.rs", b), texts[2]]), ["b.rs -> c.rs: crate::c::X"]);
    }

    #[test]
    fn re_exports_are_followed_to_the_defining_file() {
        let texts = [
            ("lib.rs", "mod b; mod c; pub use c::*;"),
            ("b.rs", "use crate::X; use crate::c::Z; fn f() -> crate::c::Y { crate::c::d::Y::new() }"),
            ("c/mod.rs", "mod d; mod e; pub(crate) use d::X; pub use self::e::*; pub use d::Y as Z;"),
            ("c/d.rs", "pub struct X; pub struct Y;"),
            ("c/e.rs", "pub use super::d::Y;"),
        ];
        assert_eq!(
            found(&texts),
            [
                "b.rs -> c/d.rs: crate::X",
                "b.rs -> c/d.rs: crate::c::Y",
                "b.rs -> c/d.rs: crate::c::Z",
                "b.rs -> c/d.rs: crate::c::d::Y::new",
                "c/e.rs -> c/d.rs: super::d::Y",
            ]
        );
    }

    #[test]
    fn declarations_and_re_exports_of_child_modules_are_not_mentions() {
        let texts = [
            ("lib.rs", "mod b; pub(crate) use b::{X, c::Y};"),
            ("b.rs", "pub mod c; pub struct X;"),
            ("b/c.rs", "pub struct Y;"),
        ];
        assert_eq!(found(&texts), [""; 0]);
    }

    #[test]
    fn code_that_uses_a_child_module_is_a_mention() {
        let texts = [
            ("lib.rs", "mod b; pub use b::X; fn f() -> X { b::make() }"),
            ("b.rs", "pub struct X; pub fn make() {}"),
        ];
        assert_eq!(found(&texts), ["lib.rs -> b.rs: X", "lib.rs -> b.rs: b::make"]);
        let texts = [("lib.rs", "mod b; use b::X;"), ("b.rs", "pub struct X;")];
        assert_eq!(found(&texts), ["lib.rs -> b.rs: b::X"]);
    }

    #[test]
    fn re_export_of_another_module_is_a_mention() {
        let texts =
            [("lib.rs", "mod b; mod c;"), ("b.rs", "pub use crate::c::X;"), ("c.rs", "pub struct X;")];
        assert_eq!(found(&texts), ["b.rs -> c.rs: crate::c::X"]);
    }

    #[test]
    fn imports_of_a_parent_module_are_followed() {
        let texts = [
            ("lib.rs", "mod b; mod d;"),
            ("b.rs", "mod c; use crate::d::X;"),
            ("b/c.rs", "use super::X;"),
            ("d.rs", "pub struct X;"),
        ];
        assert_eq!(found(&texts), ["b.rs -> d.rs: crate::d::X", "b/c.rs -> d.rs: super::X"]);
    }

    #[test]
    fn names_from_glob_imports_are_resolved() {
        let texts = [
            ("lib.rs", "mod b; mod c;"),
            ("b.rs", "use crate::c::*; fn f(x: X, y: Unknown) {}"),
            ("c/mod.rs", "mod d; pub use d::*; pub use super::b::*;"),
            ("c/d.rs", "pub struct X;"),
        ];
        assert_eq!(
            found(&texts),
            ["b.rs -> c/d.rs: X", "b.rs -> c/mod.rs: crate::c", "c/mod.rs -> b.rs: super::b"]
        );
    }

    #[test]
    fn inline_modules_belong_to_their_file() {
        let texts = [
            ("lib.rs", "mod b; mod c { pub struct X; pub mod d { use super::X; } }"),
            ("b.rs", "use crate::c::X; mod e { use super::super::c::X; use super::f; } fn f() {}"),
        ];
        assert_eq!(found(&texts), ["b.rs -> lib.rs: crate::c::X", "b.rs -> lib.rs: super::super::c::X"]);
    }

    #[test]
    fn test_code_has_no_mentions() {
        let texts = [
            ("lib.rs", "mod b; mod c; #[cfg(test)] mod tests;"),
            ("b.rs", "#[cfg(test)] mod tests { use crate::c::X; } #[test] fn f() { crate::c::g() }"),
            ("c.rs", "pub struct X;"),
            ("tests.rs", "use crate::c::X;"),
        ];
        assert_eq!(found(&texts), [""; 0]);
    }

    #[test]
    fn namespaces_are_distinguished() {
        // The function `c` is not the module `c`.
        let texts = [
            ("lib.rs", "mod b; mod c; pub use c::c;"),
            ("b.rs", "fn f() { crate::c(); let c = 1; c.d(); }"),
            ("c/mod.rs", "pub fn c() {} pub mod d;"),
            ("c/d.rs", ""),
        ];
        assert_eq!(found(&texts), ["b.rs -> c/mod.rs: crate::c"]);
    }

    #[test]
    fn variants_and_associated_items_resolve_to_their_type() {
        let texts = [
            ("lib.rs", "mod b; mod c;"),
            ("b.rs", "use crate::c::E; fn f(e: E) { match e { E::A => E::new(), _ => {} } }"),
            ("c.rs", "pub enum E { A }"),
        ];
        assert_eq!(
            found(&texts),
            ["b.rs -> c.rs: E", "b.rs -> c.rs: E::A", "b.rs -> c.rs: E::new", "b.rs -> c.rs: crate::c::E"]
        );
    }

    #[test]
    fn macros_resolve_to_their_definition() {
        let texts = [
            ("lib.rs", "macro_rules! m { () => { $crate::c::X } } mod b; mod c;"),
            ("b.rs", "fn f() { m!() }"),
            ("c.rs", "pub struct X;"),
        ];
        assert_eq!(found(&texts), ["b.rs -> lib.rs: m", "lib.rs -> c.rs: crate::c::X"]);
    }

    #[test]
    fn items_that_macros_generate_belong_to_the_module() {
        let texts = [
            ("lib.rs", "mod b; mod c;"),
            ("b.rs", "use crate::c::{Load, Made};"),
            ("c/mod.rs", "mod d; pub use d::Load; make_struct!(Made);"),
            ("c/d.rs", "#[server] async fn load() {}"),
        ];
        assert_eq!(found(&texts), ["b.rs -> c/d.rs: crate::c::Load", "b.rs -> c/mod.rs: crate::c::Made"]);
    }

    #[test]
    fn paths_into_other_crates_are_resolved() {
        let library = |name: &str| Crate { name: Some(name.to_owned()), root: format!("{name}/lib.rs") };
        let program = Crate { name: None, root: "b/main.rs".to_owned() };
        let texts = [
            ("a/lib.rs", "pub mod c;"),
            ("a/c.rs", "pub struct X;"),
            ("b/lib.rs", "pub use a::c::X; fn f(x: ::a::c::X) {}"),
            ("b/main.rs", "fn main() { b::X::new() }"),
        ];
        let files = texts.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
        assert_eq!(
            arrows(&files, &[library("a"), library("b"), program]),
            [
                "b/lib.rs -> a/c.rs: ::a::c::X",
                "b/lib.rs -> a/c.rs: a::c::X",
                "b/main.rs -> a/c.rs: b::X::new",
            ]
        );
    }
}

//! The module trees of all crates.

use std::collections::BTreeMap;

use super::{
    collect,
    crates::Crate,
    source::{Body, ModuleSource},
};

/// The index of a module in a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ModuleId(usize);

#[derive(Debug)]
pub(super) struct Module {
    pub(super) file: String,
    /// `None` for the root of a crate.
    pub(super) parent: Option<ModuleId>,
    /// The child modules. Several can have the same name, for different targets.
    pub(super) children: Vec<(String, ModuleId)>,
    /// The body, without child modules.
    pub(super) source: ModuleSource,
}

#[derive(Debug, Default)]
pub(super) struct Tree {
    modules: Vec<Module>,
    libraries: BTreeMap<String, ModuleId>,
    /// Files with invalid syntax, and the errors.
    pub(super) unreadable: Vec<(String, String)>,
}

/// The directories in which the files of child modules are searched.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The file of the module.
    file: &'a str,
    /// The directory of child modules without `#[path]`.
    children: &'a str,
    /// The directory that a `#[path]` is relative to.
    paths: &'a str,
}

impl Tree {
    /// Reads the modules of crates. `files` maps paths to texts.
    pub(super) fn read(files: &BTreeMap<String, String>, crates: &[Crate]) -> Self {
        let mut tree = Self::default();
        for Crate { name, root } in crates {
            let directory = directory(root);
            if let Some(id) = tree.add_file(files, root, directory, None)
                && let Some(name) = name
            {
                tree.libraries.insert(name.clone(), id);
            }
        }
        tree
    }

    pub(super) fn modules(&self) -> impl Iterator<Item = (ModuleId, &Module)> {
        self.modules.iter().enumerate().map(|(index, module)| (ModuleId(index), module))
    }

    pub(super) fn module(&self, id: ModuleId) -> &Module {
        #[expect(clippy::indexing_slicing, reason = "ids are indices of this list, which only grows")]
        &self.modules[id.0]
    }

    pub(super) fn library(&self, name: &str) -> Option<ModuleId> {
        self.libraries.get(name).copied()
    }

    /// Returns a module and its ancestors, from the inside out.
    pub(super) fn ancestors(&self, id: ModuleId) -> impl Iterator<Item = ModuleId> {
        std::iter::successors(Some(id), |id| self.module(*id).parent)
    }

    fn add_file(
        &mut self,
        files: &BTreeMap<String, String>,
        file: &str,
        children: &str,
        parent: Option<ModuleId>,
    ) -> Option<ModuleId> {
        match collect::file(files.get(file)?) {
            Ok(source) => {
                Some(self.add(files, Place { file, children, paths: directory(file) }, parent, source))
            }
            Err(error) => {
                self.unreadable.push((file.to_owned(), error.to_string()));
                None
            }
        }
    }

    fn add(
        &mut self,
        files: &BTreeMap<String, String>,
        place: Place<'_>,
        parent: Option<ModuleId>,
        mut source: ModuleSource,
    ) -> ModuleId {
        let id = ModuleId(self.modules.len());
        let declared = std::mem::take(&mut source.children);
        let file = place.file.to_owned();
        self.modules.push(Module { file, parent, children: Vec::new(), source });

        let mut children = Vec::new();
        for child in declared {
            let inside = join(place.children, &child.name);
            let added = match child.body {
                Body::Inline(source) => {
                    let place = Place { file: place.file, children: &inside, paths: &inside };
                    Some(self.add(files, place, Some(id), source))
                }
                Body::File(Some(path)) => {
                    let file = join(place.paths, &path);
                    let directory = directory(&file).to_owned();
                    self.add_file(files, &file, &directory, Some(id))
                }
                Body::File(None) => [format!("{inside}.rs"), format!("{inside}/mod.rs")]
                    .iter()
                    .find_map(|file| self.add_file(files, file, &inside, Some(id))),
            };
            children.extend(added.map(|added| (child.name, added)));
        }
        if let Some(module) = self.modules.get_mut(id.0) {
            module.children = children;
        }
        id
    }
}

fn directory(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// Joins a directory and a path, and resolves `..` and `.`.
fn join(directory: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(texts: &[(&str, &str)]) -> BTreeMap<String, String> {
        texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    fn found(texts: &[(&str, &str)]) -> Vec<String> {
        let root = Crate { name: Some("a".to_owned()), root: "a/src/lib.rs".to_owned() };
        let tree = Tree::read(&files(texts), &[root]);
        tree.modules().map(|(_, module)| module.file.clone()).collect()
    }

    #[test]
    fn files_of_modules_are_found() {
        let texts = [
            ("a/src/lib.rs", "mod b; mod c; mod d { mod e; } mod missing;"),
            ("a/src/b.rs", "mod f;"),
            ("a/src/b/f.rs", ""),
            ("a/src/c/mod.rs", "mod g;"),
            ("a/src/c/g.rs", ""),
            ("a/src/d/e.rs", ""),
            ("a/src/nobody.rs", ""),
        ];
        let expected = ["lib.rs", "b.rs", "b/f.rs", "c/mod.rs", "c/g.rs", "lib.rs", "d/e.rs"]
            .map(|file| format!("a/src/{file}"));
        assert_eq!(found(&texts), expected);
    }

    #[test]
    fn paths_of_modules_are_followed() {
        let texts = [
            ("a/src/lib.rs", "#[path = \"../x/b.rs\"] mod b; mod d { #[path = \"e2.rs\"] mod e; }"),
            ("a/x/b.rs", "mod c;"),
            ("a/x/c.rs", ""),
            ("a/src/d/e2.rs", ""),
        ];
        assert_eq!(found(&texts), ["a/src/lib.rs", "a/x/b.rs", "a/x/c.rs", "a/src/lib.rs", "a/src/d/e2.rs"]);
    }

    #[test]
    fn files_with_invalid_syntax_are_reported() {
        let root = Crate { name: None, root: "a/src/main.rs".to_owned() };
        let tree = Tree::read(&files(&[("a/src/main.rs", "fn {")]), &[root]);
        assert_eq!(tree.unreadable.len(), 1);
    }
}

//! Finding the module that defines the item of a path. Imports and re-exports are followed.

use std::collections::BTreeSet;

use super::{
    source::{Binding, Import, Namespace, Path},
    tree::{ModuleId, Tree},
};

/// The modules behind a path.
#[derive(Debug, Default)]
pub(super) struct Resolution {
    /// The module that the path names, or that defines the item. Several, if this depends on the target.
    pub(super) defined_in: BTreeSet<ModuleId>,
    /// The modules of the path's other segments, as written.
    pub(super) through: BTreeSet<ModuleId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Module(ModuleId),
    /// An item, with the module that defines it.
    Item(ModuleId),
    /// An item or module outside of the workspace.
    Foreign,
}

type Targets = BTreeSet<Target>;

/// Resolves a path of the module `from`.
pub(super) fn resolve(tree: &Tree, from: ModuleId, path: &Path, namespace: Option<Namespace>) -> Resolution {
    let mut search = Search { tree, followed: Vec::new() };
    let mut through = BTreeSet::new();
    let mut segments = path.segments.iter();
    let Some(first) = segments.next() else { return Resolution::default() };
    let mut targets = search.first(from, path.is_absolute, first, namespace_of(&segments, namespace));
    while let Some(segment) = segments.next() {
        through.extend(targets.iter().filter_map(Target::module));
        let namespace = namespace_of(&segments, namespace);
        let next = targets.iter().flat_map(|target| {
            let mut found = search.next(*target, segment, namespace);
            if found.is_empty() {
                found = search.next(*target, segment, None);
            }
            if found.is_empty() {
                found.extend(generated_item(tree, *target));
            }
            found
        });
        targets = next.collect();
    }
    let defined_in = targets.into_iter().filter_map(|target| match target {
        Target::Module(id) | Target::Item(id) => Some(id),
        Target::Foreign => None,
    });
    Resolution { defined_in: defined_in.collect(), through }
}

/// Returns the namespace of a segment before the segments `rest`. Only the last segment can be a value or macro.
fn namespace_of<'a>(
    rest: &impl ExactSizeIterator<Item = &'a String>,
    last: Option<Namespace>,
) -> Option<Namespace> {
    if rest.len() == 0 { last } else { Some(Namespace::Type) }
}

/// Returns the target of an item that a module does not declare: a macro in the module generates it. `None` if a glob
/// import of the module may provide it.
fn generated_item(tree: &Tree, target: Target) -> Option<Target> {
    let module = target.module()?;
    let has_glob = tree.module(module).source.imports.iter().any(|import| import.binding == Binding::Glob);
    (!has_glob).then_some(Target::Item(module))
}

struct Search<'a> {
    tree: &'a Tree,
    /// The imports that are being followed, with the name. They are not followed again, so that the search ends.
    followed: Vec<(&'a Import, Option<Namespace>, String)>,
}

impl<'a> Search<'a> {
    fn path(&mut self, from: ModuleId, path: &Path, namespace: Option<Namespace>) -> Targets {
        let mut segments = path.segments.iter();
        let Some(first) = segments.next() else { return Targets::new() };
        let mut targets = self.first(from, path.is_absolute, first, namespace_of(&segments, namespace));
        while let Some(segment) = segments.next() {
            let namespace = namespace_of(&segments, namespace);
            targets = targets.into_iter().flat_map(|target| self.next(target, segment, namespace)).collect();
        }
        targets
    }

    fn first(
        &mut self,
        from: ModuleId,
        is_absolute: bool,
        segment: &str,
        namespace: Option<Namespace>,
    ) -> Targets {
        let tree = self.tree;
        let module = match segment {
            _ if is_absolute => tree.library(segment),
            "crate" => tree.ancestors(from).last(),
            "self" => Some(from),
            "super" => tree.module(from).parent,
            _ => {
                let mut found = self.lookup(from, segment, namespace);
                if found.is_empty() && namespace == Some(Namespace::Macro) {
                    // A macro is visible in the modules below its own.
                    let mut parents = tree.ancestors(from).skip(1);
                    let defining = parents.find(|id| self.declares(*id, segment, namespace));
                    found.extend(defining.map(Target::Item));
                }
                if !found.is_empty() {
                    return found;
                }
                tree.library(segment)
            }
        };
        Targets::from([module.map_or(Target::Foreign, Target::Module)])
    }

    fn next(&mut self, target: Target, segment: &str, namespace: Option<Namespace>) -> Targets {
        // A segment after an item is a variant, an associated function or a constant.
        let Target::Module(id) = target else { return Targets::from([target]) };
        match segment {
            "self" => Targets::from([target]),
            "super" => self.tree.module(id).parent.map(Target::Module).into_iter().collect(),
            _ => self.lookup(id, segment, namespace),
        }
    }

    /// Returns the targets of a name in a module: its items, child modules and imports.
    fn lookup(&mut self, id: ModuleId, name: &str, namespace: Option<Namespace>) -> Targets {
        let module = self.tree.module(id);
        let mut found = Targets::new();
        if self.declares(id, name, namespace) {
            found.insert(Target::Item(id));
        }
        if matches!(namespace, None | Some(Namespace::Type)) {
            let children = module.children.iter().filter(|(child, _)| child == name);
            found.extend(children.map(|(_, child)| Target::Module(*child)));
        }
        for import in &module.source.imports {
            let fits = import.namespace.is_none() || namespace.is_none() || import.namespace == namespace;
            if fits && matches!(&import.binding, Binding::Name(bound) if bound == name) {
                found.extend(self.follow(id, import, name, namespace));
            }
        }
        if found.is_empty() {
            for import in module.source.imports.iter().filter(|import| import.binding == Binding::Glob) {
                let modules = self.follow(id, import, name, namespace);
                let modules: Vec<_> = modules.iter().filter_map(Target::module).collect();
                self.followed.push((import, namespace, name.to_owned()));
                found.extend(modules.into_iter().flat_map(|module| self.lookup(module, name, namespace)));
                self.followed.pop();
            }
        }
        found
    }

    /// Returns the targets of an import of a module. For a glob import, this is the module whose names are imported.
    fn follow(
        &mut self,
        id: ModuleId,
        import: &'a Import,
        name: &str,
        namespace: Option<Namespace>,
    ) -> Targets {
        let is_followed = self.followed.iter().any(|(other, other_namespace, other_name)| {
            std::ptr::eq(*other, import) && *other_namespace == namespace && other_name == name
        });
        if is_followed {
            return Targets::new();
        }
        self.followed.push((import, namespace, name.to_owned()));
        let found = self.path(id, &import.path, import.namespace.or(namespace));
        self.followed.pop();
        found
    }

    fn declares(&self, id: ModuleId, name: &str, namespace: Option<Namespace>) -> bool {
        self.tree.module(id).source.items.iter().any(|item| {
            item.name == name && namespace.is_none_or(|namespace| item.namespaces.contains(&namespace))
        })
    }
}

impl Target {
    fn module(&self) -> Option<ModuleId> {
        match self {
            Self::Module(id) => Some(*id),
            Self::Item(_) | Self::Foreign => None,
        }
    }
}

//! What one module declares, imports and names, as it is written.

use std::fmt;

/// The body of a module: a file, or what stands in the braces of an inline module.
#[derive(Debug, Default)]
pub(super) struct ModuleSource {
    pub(super) items: Vec<Declaration>,
    pub(super) imports: Vec<Import>,
    pub(super) children: Vec<Child>,
    /// Paths in code outside of `use`.
    pub(super) names: Vec<Name>,
}

/// An item other than a module or an import.
#[derive(Debug)]
pub(super) struct Declaration {
    pub(super) name: String,
    pub(super) namespaces: &'static [Namespace],
}

/// A child module.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) name: String,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    /// `mod x { … }`
    Inline(ModuleSource),
    /// `mod x;`, with the value of its `#[path]`.
    File(Option<String>),
}

/// One name of a `use`.
#[derive(Debug)]
pub(super) struct Import {
    pub(super) path: Path,
    pub(super) binding: Binding,
    /// `None`: the path is imported from every namespace in which it exists.
    pub(super) namespace: Option<Namespace>,
    /// Whether it is visible outside of the module.
    pub(super) is_exported: bool,
    pub(super) line: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Binding {
    Name(String),
    Glob,
    /// `use x as _`
    Nothing,
}

/// A path in code.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) path: Path,
    /// `None`: unknown, because the path stands in a macro's body.
    pub(super) namespace: Option<Namespace>,
    pub(super) line: usize,
}

/// Names of different namespaces do not shadow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Namespace {
    Type,
    Value,
    Macro,
}

/// A path without its generic arguments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path {
    /// Whether it begins with `::`, and so with a crate.
    pub(super) is_absolute: bool,
    pub(super) segments: Vec<String>,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = if self.is_absolute { "::" } else { "" };
        write!(f, "{start}{}", self.segments.join("::"))
    }
}

//! The declarations, imports and paths of a module, as written.

use std::fmt;

/// The body of a module, in a file or in the braces of an inline module.
#[derive(Debug, Default)]
pub(super) struct ModuleSource {
    pub(super) items: Vec<Declaration>,
    pub(super) imports: Vec<Import>,
    pub(super) children: Vec<Child>,
    /// The paths in code, without those of `use`.
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

/// A single import of a `use` item.
#[derive(Debug)]
pub(super) struct Import {
    pub(super) path: Path,
    pub(super) binding: Binding,
    /// `None`: all namespaces in which the path exists.
    pub(super) namespace: Option<Namespace>,
    /// Whether the import is visible outside of the module (`pub use`, `pub(crate) use`).
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
    /// `None`: unknown, because the path is in the body of a macro.
    pub(super) namespace: Option<Namespace>,
    pub(super) line: usize,
}

/// A namespace of Rust. Equal names in different namespaces do not conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Namespace {
    Type,
    Value,
    Macro,
}

/// A path without its generic arguments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path {
    /// Whether the path begins with `::`, and so with the name of a crate.
    pub(super) is_absolute: bool,
    pub(super) segments: Vec<String>,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = if self.is_absolute { "::" } else { "" };
        write!(f, "{start}{}", self.segments.join("::"))
    }
}

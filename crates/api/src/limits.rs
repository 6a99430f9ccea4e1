//! The bounds of every input.

/// How much a client may send. The defaults are the product's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A request body, in bytes.
    pub body_bytes: usize,
    /// A context as JSON, in bytes.
    pub context_bytes: usize,
    /// How deep a context may nest, the object itself included.
    pub context_levels: usize,
    /// A user key, in bytes of UTF-8.
    pub user_key_bytes: usize,
}

impl Limits {
    /// 1 MiB bodies, 64 KiB contexts of 32 levels, user keys of 1,024 bytes.
    pub const DEFAULT: Self =
        Self { body_bytes: 1 << 20, context_bytes: 64 << 10, context_levels: 32, user_key_bytes: 1024 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Characters of a key or a name.
pub const NAME_CHARS: usize = 256;
/// Characters of a description.
pub const DESCRIPTION_CHARS: usize = 10_000;
/// Variants of an experiment, and its allocations.
pub const VARIANTS: usize = 100;
/// Rules of an audience, and of an experiment.
pub const RULES: usize = 100;
/// Conditions of a rule.
pub const CONDITIONS: usize = 100;
/// Values of a condition's list.
pub const LIST_VALUES: usize = 10_000;
/// How deep a condition's value may nest. A snapshot holds it deeper still, and must be readable everywhere.
pub const VALUE_LEVELS: usize = 32;
/// Experiments of an environment.
pub const EXPERIMENTS: i64 = 20_000;

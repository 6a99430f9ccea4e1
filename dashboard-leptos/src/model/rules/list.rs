//! Editable lists of values.

use std::collections::HashSet;

use serde_json::value::RawValue;

use super::value::{self, Kind, Value};

/// An editable list of values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct List {
    /// The entered values.
    values: Vec<Value>,
    /// The text being typed, which counts as one more value.
    typing: String,
    /// The type for new values, if it was selected.
    kind: Option<Kind>,
    /// The types that values may have. All, if none is listed.
    kinds: &'static [Kind],
}

impl List {
    /// Creates a list of a value, if the value is not missing.
    pub(super) fn of(value: Value) -> Self {
        Self { values: if value.is_missing() { Vec::new() } else { vec![value] }, ..Self::default() }
    }

    /// Reads a list; `None` if the JSON is none.
    pub(super) fn from_json(json: &str) -> Option<Self> {
        let values = serde_json::from_str::<Vec<&RawValue>>(json).ok()?;
        let values = values.into_iter().map(|value| Value::from_json(value.get())).collect();
        Some(Self { values, ..Self::default() })
    }

    /// Returns all values, with the one being typed.
    pub(super) fn all(&self) -> Vec<Value> {
        let mut entered = self.clone();
        entered.enter_typed();
        entered.values
    }

    /// Returns the entered values.
    pub(super) fn values(&self) -> &[Value] {
        &self.values
    }

    /// Sets the types that new values may have.
    pub(super) fn restrict(&mut self, kinds: &'static [Kind]) {
        self.kinds = kinds;
    }

    /// Sets the types that values may have. Other values are read anew.
    pub(super) fn allow(&mut self, kinds: &'static [Kind]) {
        self.restrict(kinds);
        for value in &mut self.values {
            if !kinds.contains(&value.kind()) {
                value.infer_kind(kinds);
            }
        }
    }

    fn as_chosen(&self, mut value: Value) -> Value {
        if !self.kinds.contains(&value.kind()) {
            value.infer_kind(self.kinds);
        }
        if let (Some(kind), false) = (self.kind, value.is_chosen()) {
            value.convert_if_valid(kind);
        }
        value
    }

    /// Returns the labels of the entered values.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.values.iter().map(Value::describe).collect()
    }

    /// Returns the text being typed.
    pub(crate) fn typing(&self) -> &str {
        &self.typing
    }

    /// Sets the text being typed. Values before a comma or line break are entered.
    pub(crate) fn set_typing(&mut self, typed: &str) {
        let (values, rest) = value::parse_list(typed);
        self.enter(values);
        self.typing = if rest.trim().is_empty() { String::new() } else { rest };
    }

    /// Enters the text being typed as a value.
    pub(crate) fn enter_typed(&mut self) {
        let typed = std::mem::take(&mut self.typing);
        self.enter(value::parse_one(&typed).into_iter().collect());
    }

    /// Adds values, without duplicates. A list with a value that can only be a text is a list of texts, because a number
    /// never equals a text. A list that had values of different types before keeps their types.
    fn enter(&mut self, values: Vec<Value>) {
        if values.is_empty() {
            return;
        }
        let was_mixed = self.kind().is_none();
        for value in values {
            let value = self.as_chosen(value);
            self.values.push(value);
        }
        if !was_mixed && self.values.iter().any(|value| value.kind() == Kind::Text) {
            self.values.iter_mut().for_each(Value::read_as_text);
        }
        let mut known = HashSet::new();
        self.values.retain(|value| known.insert(value.to_json().get().to_owned()));
    }

    pub(crate) fn remove(&mut self, index: usize) {
        if index < self.values.len() {
            self.values.remove(index);
        }
    }

    pub(crate) fn remove_last(&mut self) {
        self.values.pop();
    }

    /// Returns the type of all values; `None` if they differ.
    pub(crate) fn kind(&self) -> Option<Kind> {
        let mut kinds = self.values.iter().map(Value::kind);
        match kinds.next() {
            Some(first) => kinds.all(|kind| kind == first).then_some(first),
            None => Some(self.kind.unwrap_or(Kind::Text)),
        }
    }

    /// Describes the types of the values, if they differ: `90210 is a number, but "02134" is a text`.
    pub(crate) fn mixture(&self) -> Option<String> {
        let first = self.values.first()?;
        let other = self.values.iter().find(|value| value.kind() != first.kind())?;
        let words = |value: &Value| format!("{} is {}", value.describe(), value.kind().words().noun);
        Some(format!("{}, but {}", words(first), words(other)))
    }

    /// Sets the type of new values, and of existing values that are valid for it.
    pub(crate) fn set_kind(&mut self, kind: Kind) {
        self.kind = Some(kind);
        for value in &mut self.values {
            value.convert_if_valid(kind);
        }
    }
}

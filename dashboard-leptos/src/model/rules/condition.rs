//! Editable conditions.

use std::collections::{BTreeMap, HashSet};

use edgewise_engine::operators::{Operator, Takes};
use serde_json::value::RawValue;

use super::value::{self, Kind, Value};
use crate::model::quoted;

/// The maximum number of values of a list that a description names.
const MAX_DESCRIBED: usize = 6;

/// The member of an unsaved condition without a value.
const UNFINISHED: &str = "unfinished";

/// The value that an attribute is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    /// No value, which differs from `null`.
    Absent,
    One(Value),
    Many(List),
}

/// An editable list of values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct List {
    /// The entered values.
    values: Vec<Value>,
    /// The text being typed, which counts as one more value.
    typing: String,
    /// The type for new values, if it was selected.
    kind: Option<Kind>,
}

impl List {
    fn from_json(json: &str) -> Option<Self> {
        let values = serde_json::from_str::<Vec<&RawValue>>(json).ok()?;
        let values = values.into_iter().map(|value| Value::from_json(value.get())).collect();
        Some(Self { values, ..Self::default() })
    }

    /// Returns all values, with the one being typed.
    fn all(&self) -> Vec<Value> {
        let mut entered = self.clone();
        entered.enter_typed();
        entered.values
    }

    fn as_chosen(&self, mut value: Value) -> Value {
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
        self.values.retain(|value| known.insert(value.to_json()));
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
        let words = |value: &Value| format!("{} is {}", value.describe(), value.kind().name());
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

/// An editable condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    /// Unique in the editor.
    pub(crate) id: u32,
    /// The name or path of the attribute.
    pub(crate) attribute: String,
    /// The operator's name in JSON.
    operator: String,
    operand: Operand,
    /// The condition's JSON, if it cannot be edited.
    raw: Option<String>,
}

impl Condition {
    /// Creates an empty condition.
    pub(super) fn new(id: u32) -> Self {
        let (attribute, operator) = (String::new(), "eq".to_owned());
        Self { id, attribute, operator, operand: Operand::One(Value::empty()), raw: None }
    }

    pub(super) fn from_json(id: u32, json: &RawValue) -> Self {
        Self::read(id, json.get())
            .unwrap_or_else(|| Self { raw: Some(json.get().to_owned()), ..Self::new(id) })
    }

    fn read(id: u32, json: &str) -> Option<Self> {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
        let text = |name: &str| serde_json::from_str::<String>(members.get(name)?.get()).ok();
        let (attribute, operator) = (text("attribute")?, text("operator")?);
        let operand = match members.get("value") {
            None if members.contains_key(UNFINISHED) => Operand::One(Value::empty()),
            None => Operand::Absent,
            Some(value) => {
                let list = if takes_list(&operator) { List::from_json(value.get()) } else { None };
                list.map_or_else(|| Operand::One(Value::from_json(value.get())), Operand::Many)
            }
        };
        Some(Self { id, attribute, operator, operand, raw: None })
    }

    /// Returns the condition as JSON. An unsaved condition tells a missing value from an empty one.
    pub(super) fn to_json(&self, is_unsaved: bool) -> String {
        if let Some(raw) = &self.raw {
            return raw.clone();
        }
        let value = match &self.operand {
            Operand::Absent => String::new(),
            Operand::One(value) if is_unsaved && value.is_missing() => format!(",\"{UNFINISHED}\":true"),
            Operand::One(value) => format!(",\"value\":{}", value.to_json()),
            Operand::Many(list) => {
                let values: Vec<String> = list.all().iter().map(Value::to_json).collect();
                format!(",\"value\":[{}]", values.join(","))
            }
        };
        let (attribute, operator) = (quoted(&self.attribute), quoted(&self.operator));
        format!("{{\"attribute\":{attribute},\"operator\":{operator}{value}}}")
    }

    /// Describes the condition.
    pub(super) fn describe(&self) -> String {
        if self.raw.is_some() {
            return "a condition in an unknown format holds".to_owned();
        }
        let attribute = if self.attribute.trim().is_empty() { "…" } else { self.attribute.trim() };
        let operator = known(&self.operator).map_or(self.operator.as_str(), |known| known.label());
        let value = match &self.operand {
            Operand::Absent => match known(&self.operator).and_then(Operator::label_without_value) {
                Some(label) => return format!("{attribute} {label}"),
                None => "no value".to_owned(),
            },
            Operand::One(value) if value.is_missing() => "…".to_owned(),
            Operand::One(value) => value.describe(),
            Operand::Many(list) => {
                let all = list.all();
                let mut words: Vec<String> = all.iter().take(MAX_DESCRIBED).map(Value::describe).collect();
                if words.is_empty() {
                    words.push("…".to_owned());
                }
                let more = all.len().saturating_sub(MAX_DESCRIBED);
                let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!("{}{rest}", words.join(", "))
            }
        };
        format!("{attribute} {operator} {value}")
    }

    /// Returns the first invalid field, and the problem with it.
    pub(super) fn problem(&self) -> Option<(&'static str, &'static str)> {
        if self.raw.is_some() {
            return None;
        }
        if self.attribute.trim().is_empty() {
            return Some(("attribute", "is missing: enter the name of an attribute, such as country"));
        }
        match &self.operand {
            Operand::Absent => None,
            Operand::One(value) if value.is_missing() => Some(("value", "is missing: enter a value")),
            Operand::One(value) if value.is_valid() => None,
            Operand::One(value) => Some((
                "value",
                match value.kind() {
                    Kind::Number => "must be a number, such as 18 or -0.5",
                    _ => "must be JSON, such as null or {\"a\": 1}",
                },
            )),
            Operand::Many(list) if list.all().is_empty() => {
                Some(("value", "is missing: enter at least one value, followed by Enter"))
            }
            Operand::Many(_) => None,
        }
    }

    /// Returns whom the condition matches without a value.
    pub(crate) fn users_without_value(&self) -> &'static str {
        let users = known(&self.operator).and_then(Operator::users_without_value);
        users.unwrap_or("Nobody: the condition has no value")
    }

    /// Returns the operator's name in JSON.
    pub(crate) fn operator(&self) -> &str {
        &self.operator
    }

    /// Returns the value that the attribute is compared with.
    pub(crate) fn operand(&self) -> &Operand {
        &self.operand
    }

    /// Returns the condition's JSON, if it cannot be edited.
    pub(crate) fn raw(&self) -> Option<&str> {
        self.raw.as_deref()
    }

    /// Returns the single value, if there is one.
    pub(crate) fn value(&self) -> Option<&Value> {
        if let Operand::One(value) = &self.operand { Some(value) } else { None }
    }

    /// Returns the list of values, if there is one.
    pub(crate) fn list(&self) -> Option<&List> {
        if let Operand::Many(list) = &self.operand { Some(list) } else { None }
    }

    /// Sets the text of the single value, if there is one.
    pub(crate) fn set_text(&mut self, text: String) {
        if let Operand::One(value) = &mut self.operand {
            value.set_text(text, required_kind(&self.operator));
        }
    }

    /// Changes the list of values, if there is one.
    pub(crate) fn change_list(&mut self, change: impl FnOnce(&mut List)) {
        if let Operand::Many(list) = &mut self.operand {
            change(list);
        }
    }

    /// Sets the operator. The entered values are kept as far as possible.
    pub(crate) fn set_operator(&mut self, operator: &str) {
        operator.clone_into(&mut self.operator);
        if takes(operator, Takes::Nothing) {
            self.operand = Operand::Absent;
            return;
        }
        let operand = std::mem::replace(&mut self.operand, Operand::Absent);
        self.operand = if takes_list(operator) {
            Operand::Many(match operand {
                Operand::Many(list) => list,
                Operand::One(value) => List::from_json(value.text()).unwrap_or_else(|| List {
                    values: if value.is_missing() { Vec::new() } else { vec![value] },
                    ..List::default()
                }),
                Operand::Absent => List::default(),
            })
        } else {
            match operand {
                Operand::Many(list) => {
                    Operand::One(list.all().into_iter().next().unwrap_or_else(Value::empty))
                }
                operand => operand,
            }
        };
        let only = required_kind(operator);
        if only.is_some() && self.operand == Operand::Absent {
            self.operand = Operand::One(Value::empty());
        }
        if let Operand::One(value) = &mut self.operand {
            value.infer_kind(only);
        }
    }

    /// Sets the type of the value. With `None`, the condition tests whether the attribute is present.
    pub(crate) fn set_kind(&mut self, kind: Option<Kind>) {
        match (&mut self.operand, kind) {
            (Operand::Many(list), Some(kind)) => list.set_kind(kind),
            (Operand::Many(_), None) => {}
            (operand, None) => *operand = Operand::Absent,
            (Operand::One(value), Some(kind)) => value.set_kind(kind),
            (operand @ Operand::Absent, Some(kind)) => {
                let mut value = Value::empty();
                value.set_kind(kind);
                *operand = Operand::One(value);
            }
        }
    }

    /// Returns whether the type is selectable, or does not match the operator.
    pub(crate) fn has_choice_of_kind(&self) -> bool {
        !takes(&self.operator, Takes::Nothing)
            && (required_kind(&self.operator) != self.value().map(Value::kind) || self.value().is_none())
    }
}

fn known(operator: &str) -> Option<Operator> {
    Operator::from_name(operator)
}

/// Returns the only type that the operator supports, if there is one.
fn required_kind(operator: &str) -> Option<Kind> {
    match known(operator)?.takes() {
        Takes::Text => Some(Kind::Text),
        Takes::Number => Some(Kind::Number),
        Takes::Any | Takes::List | Takes::Nothing => None,
    }
}

fn takes_list(operator: &str) -> bool {
    takes(operator, Takes::List)
}

fn takes(operator: &str, value: Takes) -> bool {
    known(operator).is_some_and(|operator| operator.takes() == value)
}

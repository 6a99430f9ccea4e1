//! Conditions, as they are edited.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::value::{self, Kind, Value};

/// Operators, as JSON names them and as people read them.
pub(crate) const OPERATORS: [(&str, &str); 7] = [
    ("eq", "is"),
    ("neq", "is not"),
    ("in", "is one of"),
    ("notIn", "is none of"),
    ("contains", "contains"),
    ("gt", "is greater than"),
    ("lt", "is less than"),
];

/// How many values of a list are read out.
const READ_OUT: usize = 6;

/// What an attribute is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    /// No value, which is not the same as `null`.
    Absent,
    /// A value.
    One(Value),
    /// A list of values.
    Many(List),
}

/// A list of values, as it is edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct List {
    /// Those that are entered.
    values: Vec<Value>,
    /// What is being typed, and counts as one more.
    typing: String,
    /// What the values are to be, if somebody chose.
    kind: Option<Kind>,
}

impl List {
    fn of_json(json: &str) -> Option<Self> {
        let values = serde_json::from_str::<Vec<&RawValue>>(json).ok()?;
        let values = values.into_iter().map(|value| Value::of_json(value.get())).collect();
        Some(Self { values, ..Self::default() })
    }

    /// The values, with the one that is being typed.
    fn all(&self) -> Vec<Value> {
        let typed = value::one(&self.typing).map(|typed| self.as_chosen(typed));
        self.values.iter().cloned().chain(typed).collect()
    }

    fn as_chosen(&self, mut value: Value) -> Value {
        if let (Some(kind), false) = (self.kind, value.is_chosen()) {
            value.become_if_it_fits(kind);
        }
        value
    }

    /// The values that are entered, as people read them.
    pub(crate) fn words(&self) -> Vec<String> {
        self.values.iter().map(Value::in_words).collect()
    }

    /// What is being typed.
    pub(crate) fn typing(&self) -> &str {
        &self.typing
    }

    /// Takes what is typed. What stands before a comma or a line end is entered.
    pub(crate) fn set_typing(&mut self, typed: &str) {
        let (values, rest) = value::split(typed);
        for value in values {
            let value = self.as_chosen(value);
            self.enter(value);
        }
        self.typing = if rest.trim().is_empty() { String::new() } else { rest };
    }

    /// Enters what is being typed.
    pub(crate) fn enter_typed(&mut self) {
        let typed = std::mem::take(&mut self.typing);
        if let Some(value) = value::one(&typed) {
            let value = self.as_chosen(value);
            self.enter(value);
        }
    }

    fn enter(&mut self, value: Value) {
        let json = value.to_json();
        if !self.values.iter().any(|other| other.to_json() == json) {
            self.values.push(value);
        }
    }

    /// Removes a value.
    pub(crate) fn remove(&mut self, index: usize) {
        if index < self.values.len() {
            self.values.remove(index);
        }
    }

    /// Removes the last value.
    pub(crate) fn remove_last(&mut self) {
        self.values.pop();
    }

    /// The type of all values; `None` if they differ.
    pub(crate) fn kind(&self) -> Option<Kind> {
        let mut kinds = self.values.iter().map(Value::kind);
        match kinds.next() {
            Some(first) => kinds.all(|kind| kind == first).then_some(first),
            None => Some(self.kind.unwrap_or(Kind::Text)),
        }
    }

    /// Makes all values of that type that can be.
    pub(crate) fn choose(&mut self, kind: Kind) {
        self.kind = Some(kind);
        for value in &mut self.values {
            value.become_if_it_fits(kind);
        }
    }
}

/// A condition, as it is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    /// Names it among all of the editor.
    pub(crate) id: u32,
    /// The name of the attribute, or its path.
    pub(crate) attribute: String,
    /// As JSON names it.
    operator: String,
    operand: Operand,
    /// The whole as JSON, if it cannot be edited.
    kept: Option<String>,
}

impl Condition {
    /// One to be filled in.
    pub(super) fn new(id: u32) -> Self {
        let (attribute, operator) = (String::new(), "eq".to_owned());
        Self { id, attribute, operator, operand: Operand::One(Value::empty()), kept: None }
    }

    pub(super) fn of_json(id: u32, json: &RawValue) -> Self {
        Self::read(id, json.get())
            .unwrap_or_else(|| Self { kept: Some(json.get().to_owned()), ..Self::new(id) })
    }

    fn read(id: u32, json: &str) -> Option<Self> {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
        let text = |name: &str| serde_json::from_str::<String>(members.get(name)?.get()).ok();
        let (attribute, operator) = (text("attribute")?, text("operator")?);
        let operand = match members.get("value") {
            None => Operand::Absent,
            Some(value) => {
                let list = if is_of_lists(&operator) { List::of_json(value.get()) } else { None };
                list.map_or_else(|| Operand::One(Value::of_json(value.get())), Operand::Many)
            }
        };
        Some(Self { id, attribute, operator, operand, kept: None })
    }

    pub(super) fn to_json(&self) -> String {
        if let Some(kept) = &self.kept {
            return kept.clone();
        }
        let value = match &self.operand {
            Operand::Absent => String::new(),
            Operand::One(value) => format!(",\"value\":{}", value.to_json()),
            Operand::Many(list) => {
                let values: Vec<String> = list.all().iter().map(Value::to_json).collect();
                format!(",\"value\":[{}]", values.join(","))
            }
        };
        let (attribute, operator) = (value::quoted(&self.attribute), value::quoted(&self.operator));
        format!("{{\"attribute\":{attribute},\"operator\":{operator}{value}}}")
    }

    /// In plain English.
    pub(super) fn in_words(&self) -> String {
        if self.kept.is_some() {
            return "a condition that cannot be read here holds".to_owned();
        }
        let attribute = if self.attribute.trim().is_empty() { "…" } else { self.attribute.trim() };
        let operator = operator_in_words(&self.operator);
        let value = match &self.operand {
            Operand::Absent => match self.operator.as_str() {
                "eq" => return format!("{attribute} is not set"),
                "neq" => return format!("{attribute} is set"),
                _ => "no value".to_owned(),
            },
            Operand::One(value) if value.is_missing() => "…".to_owned(),
            Operand::One(value) => value.in_words(),
            Operand::Many(list) => {
                let all = list.all();
                let mut words: Vec<String> = all.iter().take(READ_OUT).map(Value::in_words).collect();
                if words.is_empty() {
                    words.push("…".to_owned());
                }
                let more = all.len().saturating_sub(READ_OUT);
                let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!("{}{rest}", words.join(", "))
            }
        };
        format!("{attribute} {operator} {value}")
    }

    /// The field that keeps it from being saved, and what is wrong with it.
    pub(super) fn problem(&self) -> Option<(&'static str, &'static str)> {
        if self.kept.is_some() {
            return None;
        }
        if self.attribute.trim().is_empty() {
            return Some(("attribute", "is missing: enter the name of an attribute, such as country"));
        }
        match &self.operand {
            Operand::Absent => None,
            Operand::One(value) if value.is_missing() => {
                Some(("value", "is missing: enter what to compare with"))
            }
            Operand::One(value) if value.fits() => None,
            Operand::One(value) => Some((
                "value",
                match value.kind() {
                    Kind::Number => "must be a number, such as 18 or -0.5",
                    _ => "must be JSON, such as null or {\"a\": 1}",
                },
            )),
            Operand::Many(list) if list.all().is_empty() => {
                Some(("value", "is missing: enter one value or more, each followed by Enter"))
            }
            Operand::Many(_) => None,
        }
    }

    /// As JSON names it.
    pub(crate) fn operator(&self) -> &str {
        &self.operator
    }

    /// What the attribute is compared with.
    pub(crate) fn operand(&self) -> &Operand {
        &self.operand
    }

    /// Its JSON, if it cannot be edited.
    pub(crate) fn kept(&self) -> Option<&str> {
        self.kept.as_deref()
    }

    /// The value, where there is one.
    pub(crate) fn value(&self) -> Option<&Value> {
        if let Operand::One(value) = &self.operand { Some(value) } else { None }
    }

    /// The list, where there is one.
    pub(crate) fn list(&self) -> Option<&List> {
        if let Operand::Many(list) = &self.operand { Some(list) } else { None }
    }

    /// Takes what is typed as the value, where there is one.
    pub(crate) fn set_text(&mut self, text: String) {
        if let Operand::One(value) = &mut self.operand {
            value.set_text(text, only_kind(&self.operator));
        }
    }

    /// Changes the list, where there is one.
    pub(crate) fn change_list(&mut self, change: impl FnOnce(&mut List)) {
        if let Operand::Many(list) = &mut self.operand {
            change(list);
        }
    }

    /// Compares in another way. What has been entered stays, as far as it can.
    pub(crate) fn set_operator(&mut self, operator: &str) {
        operator.clone_into(&mut self.operator);
        let operand = std::mem::replace(&mut self.operand, Operand::Absent);
        self.operand = if is_of_lists(operator) {
            Operand::Many(match operand {
                Operand::Many(list) => list,
                Operand::One(value) => List::of_json(value.text()).unwrap_or_else(|| List {
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
        let only = only_kind(operator);
        if only.is_some() && self.operand == Operand::Absent {
            self.operand = Operand::One(Value::empty());
        }
        if let Operand::One(value) = &mut self.operand {
            value.follow(only);
        }
    }

    /// Makes the value of that type, or of none: then the condition asks whether the attribute is there.
    pub(crate) fn set_kind(&mut self, kind: Option<Kind>) {
        match (&mut self.operand, kind) {
            (Operand::Many(list), Some(kind)) => list.choose(kind),
            (Operand::Many(_), None) => {}
            (operand, None) => *operand = Operand::Absent,
            (Operand::One(value), Some(kind)) => value.choose(kind),
            (operand @ Operand::Absent, Some(kind)) => {
                let mut value = Value::empty();
                value.choose(kind);
                *operand = Operand::One(value);
            }
        }
    }

    /// Whether the type of the value can be chosen, or is to be seen since it makes no sense.
    pub(crate) fn has_choice_of_kind(&self) -> bool {
        only_kind(&self.operator) != self.value().map(Value::kind) || self.value().is_none()
    }
}

/// The type of values that the operator is for.
fn only_kind(operator: &str) -> Option<Kind> {
    match operator {
        "contains" => Some(Kind::Text),
        "gt" | "lt" => Some(Kind::Number),
        _ => None,
    }
}

fn is_of_lists(operator: &str) -> bool {
    matches!(operator, "in" | "notIn")
}

/// One that is not known keeps its name.
fn operator_in_words(operator: &str) -> &str {
    OPERATORS.into_iter().find(|(name, _)| *name == operator).map_or(operator, |(_, words)| words)
}

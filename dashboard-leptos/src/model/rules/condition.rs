//! Editable conditions.

use std::collections::BTreeMap;

use edgewise_api::resources;
use edgewise_engine::operators::Operator;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{
    entry::{Entry, Input},
    list::List,
    operand::Operand,
    value::{Kind, Value},
};
use crate::model::raw;

/// The maximum number of values of a list that a description names.
const MAX_DESCRIBED: usize = 6;

/// The member of an unsaved condition without a value.
const UNFINISHED: &str = "unfinished";

/// What is wrong with JSON that cannot be edited. The server would not save it either.
pub(super) const UNSUPPORTED: &str = "has a format that cannot be saved: remove it";

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
        let entry = Entry::of(&operator);
        let operand = match members.get("value") {
            None if members.contains_key(UNFINISHED) => entry.adapted(Operand::One(Value::empty())),
            None => Operand::Absent,
            Some(value) => {
                let list = if entry.input == Input::Many { List::from_json(value.get()) } else { None };
                match list {
                    Some(mut list) => {
                        list.restrict(entry.kinds);
                        Operand::Many(list)
                    }
                    None => Operand::One(Value::from_json(value.get())),
                }
            }
        };
        Some(Self { id, attribute, operator, operand, raw: None })
    }

    /// Returns the condition as a request has it; `None` if it cannot be edited.
    pub(super) fn request(&self) -> Option<resources::Condition> {
        let (attribute, operator) = (self.named_attribute().to_owned(), self.operator.clone());
        let value = self.operand.to_json();
        self.raw.is_none().then_some(resources::Condition { attribute, operator, value })
    }

    /// Returns the name of the attribute that the condition is about; empty if the operator is about none.
    fn named_attribute(&self) -> &str {
        if self.entry().has_attribute { &self.attribute } else { "" }
    }

    /// Describes the condition.
    pub(super) fn describe(&self) -> String {
        if self.raw.is_some() {
            return "a condition in an unknown format holds".to_owned();
        }
        let attribute = match self.attribute.trim() {
            _ if !self.entry().has_attribute => "the user",
            "" => "…",
            attribute => attribute,
        };
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
    pub(super) fn problem(&self) -> Option<(Option<&'static str>, String)> {
        if self.raw.is_some() {
            return Some((None, UNSUPPORTED.to_owned()));
        }
        if self.entry().has_attribute && self.attribute.trim().is_empty() {
            let problem = "is missing: enter the name of an attribute, such as country";
            return Some((Some("attribute"), problem.to_owned()));
        }
        self.operand.problem().map(|problem| (Some("value"), problem))
    }

    /// Returns how the value is entered.
    pub(crate) fn entry(&self) -> Entry {
        Entry::of(&self.operator)
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
        self.operand.set_text(text, self.entry().kinds);
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
        let operand = std::mem::replace(&mut self.operand, Operand::Absent);
        self.operand = self.entry().adapted(operand);
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
        self.entry().has_choice_of_kind(&self.operand)
    }
}

impl Serialize for Condition {
    /// Writes the condition as JSON from which [`from_json`](Self::from_json) restores it, finished or not.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// A condition with the mark of a value that is not entered yet, which differs from an empty text.
        #[derive(Serialize)]
        struct Unsaved<'a> {
            attribute: &'a str,
            operator: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            value: Option<Box<RawValue>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            unfinished: Option<bool>,
        }

        if let Some(json) = &self.raw {
            return raw(json).serialize(serializer);
        }
        let is_missing = self.value().is_some_and(Value::is_missing);
        let unsaved = Unsaved {
            attribute: self.named_attribute(),
            operator: &self.operator,
            value: self.operand.to_json().filter(|_| !is_missing),
            unfinished: is_missing.then_some(true),
        };
        unsaved.serialize(serializer)
    }
}

fn known(operator: &str) -> Option<Operator> {
    Operator::from_name(operator)
}

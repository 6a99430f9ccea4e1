//! How people enter the values that operators take.

use edgewise_engine::operators::{Operator, Takes};

use super::{
    operand::Operand,
    value::{Kind, Value},
};

/// The input for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// There is nothing to enter.
    Nothing,
    /// A single value.
    One,
    /// A list of values.
    Many,
}

/// How people enter the value that an operator takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) input: Input,
    /// The types that a value, or each value of a list, may have. A single type is not offered for selection. What is entered has
    /// the type that it looks like, if the type is among these, or else the first.
    pub(crate) kinds: &'static [Kind],
    /// Whether a condition may have no value, which differs from `null`.
    pub(crate) may_be_absent: bool,
    /// What an empty input shows.
    pub(crate) placeholder: &'static str,
    /// Whether the condition is about an attribute. Otherwise the attribute's name is empty.
    pub(crate) has_attribute: bool,
}

/// What an empty input for a list shows.
const EACH_WITH_ENTER: &str = "Values, each followed by Enter";

impl Entry {
    /// Returns how people enter the value of an operator, by its name in JSON. An unknown operator may take any value.
    pub(crate) fn of(operator: &str) -> Self {
        Self::taking(Operator::from_name(operator).map_or(Takes::Any, Operator::takes))
    }

    /// The table: a row for each kind of value of the engine's table of operators.
    const fn taking(takes: Takes) -> Self {
        match takes {
            Takes::Any => Self::row(Input::One, &Kind::ALL, "Value").or_absent(),
            Takes::List => Self::row(Input::Many, &Kind::ALL, EACH_WITH_ENTER),
            Takes::Text => Self::row(Input::One, &[Kind::Text], "Value"),
            Takes::Number => Self::row(Input::One, &[Kind::Number], "Value"),
            Takes::Nothing => Self::row(Input::Nothing, &[], "").or_absent(),
        }
    }

    pub(super) const fn row(input: Input, kinds: &'static [Kind], placeholder: &'static str) -> Self {
        Self { input, kinds, may_be_absent: false, placeholder, has_attribute: true }
    }

    pub(super) const fn or_absent(self) -> Self {
        Self { may_be_absent: true, ..self }
    }

    #[cfg_attr(not(test), expect(dead_code, reason = "all operators are about an attribute so far"))]
    const fn without_attribute(self) -> Self {
        Self { has_attribute: false, ..self }
    }

    /// Returns whether a type is to be selected: there are several, or the value has none of them.
    pub(super) fn has_choice_of_kind(self, operand: &Operand) -> bool {
        self.input != Input::Nothing && (self.kinds.len() > 1 || !self.allows(operand))
    }

    fn allows(self, operand: &Operand) -> bool {
        match operand {
            Operand::Absent => self.may_be_absent,
            Operand::One(value) => self.kinds.contains(&value.kind()),
            Operand::Many(list) => list.values().iter().all(|value| self.kinds.contains(&value.kind())),
        }
    }

    /// Returns a value as this input can edit it. What is entered is kept as far as possible.
    pub(super) fn adapted(self, operand: Operand) -> Operand {
        let mut operand = match (self.input, operand) {
            (Input::Nothing, _) => Operand::Absent,
            (Input::Many, operand) => Operand::Many(operand.into_list()),
            (Input::One, Operand::Many(list)) => {
                Operand::One(list.all().into_iter().next().unwrap_or_else(Value::empty))
            }
            (Input::One, Operand::Absent) if !self.may_be_absent => Operand::One(Value::empty()),
            (Input::One, operand) => operand,
        };
        match &mut operand {
            Operand::Absent => {}
            Operand::One(value) => value.infer_kind(self.kinds),
            Operand::Many(list) => list.allow(self.kinds),
        }
        operand
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: Entry = Entry::row(Input::One, &[Kind::Text], "Value");
    const NUMBER: Entry = Entry::row(Input::One, &[Kind::Number], "Value");
    const LIST: Entry = Entry::row(Input::Many, &Kind::ALL, EACH_WITH_ENTER);
    const NOTHING: Entry = Entry::row(Input::Nothing, &[], "").or_absent();
    /// A date, a time, or milliseconds since 1970.
    const INSTANT: Entry = Entry::row(Input::One, &[Kind::Text, Kind::Number], "2026-12-31T18:00:00Z");
    const VERSION: Entry = Entry::row(Input::One, &[Kind::Text], "1.4.0");
    const NETWORKS: Entry = Entry::row(Input::Many, &[Kind::Text], "10.0.0.0/8");
    const AUDIENCES: Entry = Entry::row(Input::Many, &[Kind::Text], "Audiences").without_attribute();

    /// Operators that the engine does not have yet: name, what people enter, and the value that a request then has.
    const TO_COME: [(&str, Entry, &str, Option<&str>); 15] = [
        ("gte", NUMBER, "18", Some("18")),
        ("notContains", TEXT, "12", Some(r#""12""#)),
        ("startsWith", TEXT, "true", Some(r#""true""#)),
        ("matches", TEXT, r"^\d+$", Some(r#""^\\d+$""#)),
        ("exists", NOTHING, "", None),
        ("before", INSTANT, "2026-12-31", Some(r#""2026-12-31""#)),
        ("before", INSTANT, "true", Some(r#""true""#)),
        ("after", INSTANT, "1798761600000", Some("1798761600000")),
        ("semverGte", VERSION, "1.10", Some(r#""1.10""#)),
        ("semverLt", VERSION, "2", Some(r#""2""#)),
        ("hasAny", LIST, "1, 2.0", Some("[1,2.0]")),
        ("hasAll", LIST, "a, 1", Some(r#"["a","1"]"#)),
        ("cidr", NETWORKS, "10.0.0.0/8, ::1", Some(r#"["10.0.0.0/8","::1"]"#)),
        ("cidr", NETWORKS, "10", Some(r#"["10"]"#)),
        ("inAudience", AUDIENCES, "9f3c", Some(r#"["9f3c"]"#)),
    ];

    fn json(operand: &Operand) -> Option<String> {
        operand.to_json().map(|json| json.get().to_owned())
    }

    #[test]
    fn an_operator_needs_no_code_but_its_row() {
        for (operator, entry, typed, expected) in TO_COME {
            let mut operand = entry.adapted(Operand::One(Value::empty()));
            match &mut operand {
                Operand::Absent => {}
                Operand::One(value) => value.set_text(typed.to_owned(), entry.kinds),
                Operand::Many(list) => {
                    list.set_typing(typed);
                    list.enter_typed();
                }
            }
            assert_eq!(json(&operand).as_deref(), expected, "{operator}");
            assert_eq!(operand.problem(), None, "{operator}");
            assert_eq!(entry.has_choice_of_kind(&operand), entry.kinds.len() > 1, "{operator}");
        }
    }

    #[test]
    fn a_value_of_another_type_can_be_changed_to_one_that_the_operator_takes() {
        let number = Operand::One(Value::from_json("18"));
        assert!(TEXT.has_choice_of_kind(&number) && !NUMBER.has_choice_of_kind(&number));
        assert!(NUMBER.has_choice_of_kind(&Operand::Absent));
        assert_eq!(json(&NETWORKS.adapted(number.clone())).as_deref(), Some(r#"["18"]"#));
        assert_eq!(json(&VERSION.adapted(number)).as_deref(), Some(r#""18""#));
        let object = Operand::One(Value::from_json(r#"{"a":1}"#));
        assert_eq!(json(&INSTANT.adapted(object)).as_deref(), Some(r#""{\"a\":1}""#));
    }

    #[test]
    fn a_new_condition_has_a_value_to_enter_unless_the_operator_takes_none() {
        for entry in Operator::ALL.iter().map(|operator| Entry::of(operator.name())) {
            let operand = entry.adapted(Operand::One(Value::empty()));
            assert_eq!(operand.problem().is_some(), entry.input != Input::Nothing, "{entry:?}");
        }
    }
}

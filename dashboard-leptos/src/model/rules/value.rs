//! Editable values of conditions.

use serde_json::value::RawValue;

use crate::model::{quoted, raw};

/// A text with more digits is read as an id, because a number would be rounded.
const MAX_NUMBER_DIGITS: usize = 15;

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Boolean,
    /// Any other JSON.
    Json,
}

/// What people read about a type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KindWords {
    /// The name among the options of a selection.
    pub(crate) name: &'static str,
    /// The label of the option.
    pub(crate) label: &'static str,
    /// What a value of the type is: `a number`.
    pub(super) noun: &'static str,
    /// Values of the type, for the words of a problem.
    pub(super) examples: &'static str,
}

impl Kind {
    /// All types, in the order in which they are offered.
    pub(crate) const ALL: [Self; 4] = [Self::Text, Self::Number, Self::Boolean, Self::Json];

    /// Returns what people read about the type.
    pub(crate) const fn words(self) -> KindWords {
        let (name, label, noun, examples) = match self {
            Self::Text => ("text", "Text", "a text", "US"),
            Self::Number => ("number", "Number", "a number", "18 or -0.5"),
            Self::Boolean => ("boolean", "True/false", "a boolean", "true"),
            Self::Json => ("json", "JSON", "JSON", r#"null or {"a": 1}"#),
        };
        KindWords { name, label, noun, examples }
    }

    /// Guesses the type of a text.
    fn guess(text: &str) -> Self {
        let text = text.trim();
        match text {
            "true" | "false" => Self::Boolean,
            _ if is_number(text) && text.bytes().filter(u8::is_ascii_digit).count() <= MAX_NUMBER_DIGITS => {
                Self::Number
            }
            _ => Self::Text,
        }
    }

    /// Returns whether a text is valid for this type.
    fn is_valid(self, text: &str) -> bool {
        let text = text.trim();
        match self {
            Self::Text => true,
            Self::Number => is_number(text),
            Self::Boolean => matches!(text, "true" | "false"),
            Self::Json => serde_json::from_str::<&RawValue>(text).is_ok(),
        }
    }
}

/// An editable value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    /// A text without its quotes; JSON for other types.
    text: String,
    kind: Kind,
    /// Whether the type was selected. Otherwise it follows the input.
    is_chosen: bool,
}

impl Value {
    /// Creates an empty value.
    pub(crate) fn empty() -> Self {
        Self { text: String::new(), kind: Kind::Text, is_chosen: false }
    }

    /// Creates a value from input, with a guessed type.
    pub(crate) fn from_input(text: &str) -> Self {
        Self { text: text.to_owned(), kind: Kind::guess(text), is_chosen: false }
    }

    /// Reads the value of a condition. Numbers keep their digits.
    pub(crate) fn from_json(json: &str) -> Self {
        let (text, kind) = match json.as_bytes().first() {
            Some(b'"') => match serde_json::from_str::<String>(json) {
                Ok(text) => (text, Kind::Text),
                Err(_) => (json.to_owned(), Kind::Json),
            },
            Some(b't' | b'f') => (json.to_owned(), Kind::Boolean),
            Some(b'-' | b'0'..=b'9') => (json.to_owned(), Kind::Number),
            _ => (json.to_owned(), Kind::Json),
        };
        let is_chosen = text.is_empty() || kind == Kind::Boolean || kind != Kind::guess(&text);
        Self { text, kind, is_chosen }
    }

    /// Returns the value as JSON; a string if it is not valid for its type.
    pub(crate) fn to_json(&self) -> Box<RawValue> {
        if self.kind == Kind::Text || !self.is_valid() {
            raw(&quoted(&self.text))
        } else {
            raw(self.text.trim())
        }
    }

    /// Returns the value's label: a text without quotes, unless it could be mistaken for another type.
    pub(crate) fn describe(&self) -> String {
        let is_plain = self.kind != Kind::Text
            || Kind::guess(&self.text) == Kind::Text
                && !self.text.is_empty()
                && !self.text.contains([',', ';', '"', '\n'])
                && self.text.trim() == self.text;
        if is_plain { self.text.clone() } else { quoted(&self.text) }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns whether the type was selected instead of guessed.
    pub(crate) fn is_chosen(&self) -> bool {
        self.is_chosen
    }

    /// Returns whether the input is valid for the type.
    pub(crate) fn is_valid(&self) -> bool {
        self.kind.is_valid(&self.text)
    }

    /// Returns whether nothing was entered.
    pub(crate) fn is_missing(&self) -> bool {
        self.text.is_empty() && !(self.is_chosen && self.kind == Kind::Text)
    }

    /// Sets the input. The type is inferred again, unless it was selected. `kinds` are the types that are allowed.
    pub(super) fn set_text(&mut self, text: String, kinds: &[Kind]) {
        self.text = text;
        self.infer_kind(kinds);
    }

    /// Sets the only allowed type, or else guesses the type unless an allowed type was selected.
    pub(super) fn infer_kind(&mut self, kinds: &[Kind]) {
        match kinds {
            [only] => (self.kind, self.is_chosen) = (*only, false),
            _ if self.is_chosen && kinds.contains(&self.kind) => {}
            [first, ..] => {
                let guess = Kind::guess(&self.text);
                (self.kind, self.is_chosen) = (if kinds.contains(&guess) { guess } else { *first }, false);
            }
            [] => {}
        }
    }

    /// Sets the type, whatever the input is.
    pub(super) fn set_kind(&mut self, kind: Kind) {
        // Replaces input that the new type cannot have.
        match kind {
            Kind::Boolean if !kind.is_valid(&self.text) => "true".clone_into(&mut self.text),
            Kind::Json if !kind.is_valid(&self.text) => self.text = quoted(&self.text),
            _ => {}
        }
        self.kind = kind;
        self.is_chosen = true;
    }

    /// Makes the value a text, unless its type was selected.
    pub(super) fn read_as_text(&mut self) {
        if !self.is_chosen {
            self.kind = Kind::Text;
        }
    }

    /// Sets the type if the input is valid for it.
    pub(super) fn convert_if_valid(&mut self, kind: Kind) {
        if kind.is_valid(&self.text) {
            self.kind = kind;
            self.is_chosen = true;
        }
    }
}

/// Splits a typed list into its values and the text after the last separator. Commas and line breaks separate values;
/// double quotes enclose a text with commas.
pub(super) fn parse_list(typed: &str) -> (Vec<Value>, String) {
    let mut values = Vec::new();
    let mut begin = 0;
    let mut in_quotes = false;
    for (at, character) in typed.char_indices() {
        match character {
            '"' if in_quotes || typed.get(begin..at).is_some_and(|before| before.trim().is_empty()) => {
                in_quotes = !in_quotes;
            }
            ',' | '\n' | '\t' if !in_quotes => {
                values.extend(typed.get(begin..at).and_then(parse_one));
                begin = at + 1;
            }
            _ => {}
        }
    }
    (values, typed.get(begin..).unwrap_or_default().to_owned())
}

/// Parses a single value of a typed list; `None` if it is empty.
pub(super) fn parse_one(typed: &str) -> Option<Value> {
    let typed = typed.trim();
    let within = typed.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match within {
        Some(text) => Some(Value { text: text.to_owned(), kind: Kind::Text, is_chosen: true }),
        None if typed.is_empty() => None,
        None => Some(Value::from_input(typed)),
    }
}

/// Returns whether a text is a JSON number.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) =
        text.split_once(['e', 'E']).map_or((text, None), |(left, right)| (left, Some(right)));
    let (whole, fraction) =
        mantissa.split_once('.').map_or((mantissa, None), |(left, right)| (left, Some(right)));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_follows_the_input_until_it_is_selected() {
        let kind = |text: &str| Value::from_input(text).kind();
        for number in ["0", "-1", "4.5", "1e3", "-0.5E+10", "123456789012345"] {
            assert_eq!(kind(number), Kind::Number, "{number}");
        }
        // A number with many digits is an id, which would be rounded.
        for text in
            ["", "007", ".5", "5.", "+1", "1e", "0x1", "1 000", "NaN", "1234567890123456", "True", "US"]
        {
            assert_eq!(kind(text), Kind::Text, "{text}");
        }
        assert_eq!(kind("false"), Kind::Boolean);

        let mut value = Value::empty();
        value.set_text("42".to_owned(), &Kind::ALL);
        assert_eq!((value.kind(), value.to_json().get()), (Kind::Number, "42"));
        value.set_kind(Kind::Text);
        value.set_text("43".to_owned(), &Kind::ALL);
        assert_eq!((value.kind(), value.to_json().get()), (Kind::Text, "\"43\""));
    }

    #[test]
    fn empty_text_is_a_value_only_if_the_type_text_was_selected() {
        assert!(Value::empty().is_missing() && !Value::from_json("\"\"").is_missing());
        let mut value = Value::empty();
        value.set_kind(Kind::Number);
        assert!(value.is_missing() && !value.is_valid());
    }

    #[test]
    fn a_typed_list_is_split_at_commas_and_line_ends_outside_of_quotes() {
        let words = |typed: &str| {
            let (values, rest) = parse_list(typed);
            (values.iter().map(|value| value.to_json().get().to_owned()).collect::<Vec<_>>().join(" "), rest)
        };
        assert_eq!(words("US, CA\n12,,true,D"), ("\"US\" \"CA\" 12 true".to_owned(), "D".to_owned()));
        assert_eq!(words("\"a, b\", \"12\","), ("\"a, b\" \"12\"".to_owned(), String::new()));
        assert_eq!(words("5\" pipe, x"), ("\"5\\\" pipe\"".to_owned(), " x".to_owned()));
        assert_eq!(words("\"open, x"), (String::new(), "\"open, x".to_owned()));
        assert_eq!(words(" , \n"), (String::new(), String::new()));
    }

    #[test]
    fn texts_that_look_like_another_type_are_labelled_in_quotes() {
        let words = |json: &str| Value::from_json(json).describe();
        assert_eq!(words("\"New York\""), "New York");
        for json in ["\"\"", "\"12\"", "\"true\"", "\"a, b\"", "\" US\""] {
            assert_eq!(words(json), json);
        }
        assert_eq!((words("12"), words("null"), words("[1]")), ("12".into(), "null".into(), "[1]".into()));
    }
}

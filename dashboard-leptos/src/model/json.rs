//! JSON that people type. Numbers keep their digits.

use serde_json::value::RawValue;

/// A JSON object as people should type it.
const EXAMPLE: &str = r#"{"color": "green", "size": 2}"#;

/// Returns a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// Returns JSON to be written byte for byte. A text that is no JSON becomes a JSON string, so that the server reports the field.
pub(crate) fn raw(text: &str) -> Box<RawValue> {
    let read = |text: String| RawValue::from_string(text).ok();
    read(text.to_owned()).or_else(|| read(quoted(text))).unwrap_or_else(|| RawValue::NULL.to_owned())
}

/// Returns an entered payload; `None` if nothing is entered.
pub(crate) fn payload(text: &str) -> Option<Box<RawValue>> {
    let text = text.trim();
    (!text.is_empty()).then(|| raw(text))
}

/// Returns the problem with a text that must be a JSON object, with its line. An empty text is valid.
pub(crate) fn object_problem(text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return None;
    }
    match serde_json::from_str::<&RawValue>(text) {
        Ok(json) if json.get().starts_with('{') => None,
        Ok(_) => Some(format!("Must be a JSON object, such as {EXAMPLE}")),
        Err(error) => {
            // The text ends with the line and the column.
            let text = error.to_string();
            let words = text.split(" at line ").next().unwrap_or_default();
            let words = match words {
                _ if error.is_eof() => "the end is missing",
                "key must be a string" => "a name in double quotes is missing",
                "expected value" | "expected ident" => {
                    "there is no value here, and texts stand in double quotes"
                }
                "trailing comma" => "there is a comma without anything after it",
                "trailing characters" => "there is more after the end of the object",
                words => words,
            };
            Some(format!("Line {}: {words}. Right is, for example, {EXAMPLE}", error.line()))
        }
    }
}

/// Formats valid JSON with one member per line. Only white space changes.
pub(crate) fn formatted(json: &str) -> String {
    let mut text = String::new();
    let mut level = 0;
    let (mut in_string, mut escaped) = (false, false);
    let mut rest = json.chars().peekable();
    while let Some(character) = rest.next() {
        if in_string {
            text.push(character);
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        if character.is_ascii_whitespace() {
            continue;
        }
        match character {
            '{' | '[' => {
                text.push(character);
                while rest.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(close) = rest.next_if(|next| matches!(next, '}' | ']')) {
                    text.push(close);
                } else {
                    level += 1;
                    new_line(&mut text, level);
                }
            }
            '}' | ']' => {
                level = usize::saturating_sub(level, 1);
                new_line(&mut text, level);
                text.push(character);
            }
            ',' => {
                text.push(character);
                new_line(&mut text, level);
            }
            ':' => text.push_str(": "),
            character => {
                in_string = character == '"';
                text.push(character);
            }
        }
    }
    text
}

fn new_line(text: &mut String, level: usize) {
    text.push('\n');
    for _ in 0..level {
        text.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn json_problems_name_the_line() {
        assert_eq!(object_problem(" \n "), None);
        assert_eq!(object_problem(" {\"a\": [1e2, 1.0]} "), None);
        let problem = |text: &str| {
            let problem = object_problem(text).unwrap();
            let words = problem.strip_suffix(&format!(" {EXAMPLE}")).expect("an example of what is right");
            words.to_owned()
        };
        assert_eq!(problem("[1]"), "Must be a JSON object, such as");
        for (text, words) in [
            ("{\n\"a\": 1\n\"b\": 2}", "Line 3: expected `,` or `}`"),
            ("{\n\"a\":", "Line 2: the end is missing"),
            ("{} {}", "Line 1: there is more after the end of the object"),
            ("{color: 1}", "Line 1: a name in double quotes is missing"),
            ("{'color': 1}", "Line 1: a name in double quotes is missing"),
            ("{\"color\": blue}", "Line 1: there is no value here, and texts stand in double quotes"),
            ("blue", "Line 1: there is no value here, and texts stand in double quotes"),
            ("{\"a\": 1,}", "Line 1: a name in double quotes is missing"),
        ] {
            assert_eq!(problem(text), format!("{words}. Right is, for example,"), "{text}");
        }
        assert_eq!(object_problem(EXAMPLE), None);
    }

    #[test]
    fn an_entered_payload_is_sent_byte_for_byte() {
        let sent = |text: &str| payload(text).map(|json| json.get().to_owned());
        for json in [r#"{"z":1e400,"a":0.10}"#, "{\n  \"b\": -0.0,\"b\": 12345678901234567890123\n}", "[1]"] {
            assert_eq!(sent(&format!(" {json}\n")).as_deref(), Some(json));
        }
        assert_eq!(sent("{").as_deref(), Some("\"{\""), "the server says that a string is no object");
        assert_eq!(sent(" \n"), None);
    }

    #[test]
    fn formatting_changes_nothing_but_white_space() {
        let json = r#" {"a":1.0,"b" : [1e2,{ } , [ ]],"c":"x \" { , \\","d":{"e":null}}"#;
        let lines = [
            "{",
            r#"  "a": 1.0,"#,
            r#"  "b": ["#,
            "    1e2,",
            "    {},",
            "    []",
            "  ],",
            r#"  "c": "x \" { , \\","#,
            r#"  "d": {"#,
            r#"    "e": null"#,
            "  }",
            "}",
        ];
        assert_eq!(formatted(json), lines.join("\n"));
        assert_eq!(formatted(&formatted(json)), formatted(json));
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn formatted_json_is_the_same_value(value in values()) {
            let lines = formatted(&value.to_string());
            prop_assert_eq!(serde_json::from_str::<Value>(&lines).unwrap(), value.clone());
            prop_assert_eq!(lines, serde_json::to_string_pretty(&value).unwrap());
        }
    }
}

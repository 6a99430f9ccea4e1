use alloc::string::String;

/// The escape of U+FFFD, which replaces lone surrogates.
const REPLACEMENT: &str = "\\ufffd";
/// The length of an escape such as `\ud800`.
const ESCAPE: usize = REPLACEMENT.len();

/// Replaces the escapes of lone surrogates in a JSON text by U+FFFD, as JavaScript does when it encodes a string.
/// Returns `None` if the text contains no such escape.
pub(crate) fn replace_lone_surrogates(json: &str) -> Option<String> {
    let mut replaced: Option<String> = None;
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = json.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        let is_lone = match (surrogate(json, at), surrogate(json, at + ESCAPE)) {
            (Some(Surrogate::High), Some(Surrogate::Low)) => {
                at += 2 * ESCAPE;
                continue;
            }
            (first, _) => first.is_some(),
        };
        if is_lone {
            let text = replaced.get_or_insert_default();
            text.push_str(json.get(copied..at)?);
            text.push_str(REPLACEMENT);
            at += ESCAPE;
            copied = at;
        } else {
            // Skips the escaped character, which can be a backslash.
            at += 2;
        }
    }
    let mut text = replaced?;
    text.push_str(json.get(copied..)?);
    Some(text)
}

#[derive(Clone, Copy)]
enum Surrogate {
    High,
    Low,
}

/// Returns the kind of the surrogate that is escaped at a place.
fn surrogate(json: &str, place: usize) -> Option<Surrogate> {
    let digits = json.get(place..place.checked_add(ESCAPE)?)?.strip_prefix("\\u")?;
    // `from_str_radix` accepts a sign, but no sign precedes a surrogate of four digits.
    match u16::from_str_radix(digits, 16).ok()? {
        0xd800..=0xdbff => Some(Surrogate::High),
        0xdc00..=0xdfff => Some(Surrogate::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_replaced_and_nothing_else_is() {
        for (json, expected) in [
            (r#"{"a":"\ud800"}"#, r#"{"a":"\ufffd"}"#),
            (r#"{"\uDFFF":"x\ud83dy"}"#, r#"{"\ufffd":"x\ufffdy"}"#),
            (r#"["\ud83d\ud83d\ude00"]"#, r#"["\ufffd\ud83d\ude00"]"#),
            (r#"["\ude00\ud83d"]"#, r#"["\ufffd\ufffd"]"#),
            (r#"["\\\ud800é"]"#, r#"["\\\ufffdé"]"#),
        ] {
            assert_eq!(replace_lone_surrogates(json).as_deref(), Some(expected), "{json}");
        }
        for unchanged in
            [r#"["\ud83d\ude00"]"#, r#"["\\ud800"]"#, r#"["\u00e9\n"]"#, "[\"\\", r#"["\ud80"#, "", "é\\é"]
        {
            assert_eq!(replace_lone_surrogates(unchanged), None, "{unchanged}");
        }
    }
}

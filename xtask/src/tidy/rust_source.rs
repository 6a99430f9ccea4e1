//! Separating code, string literals and comments in Rust source, so that rules about code ignore comments.

/// A source file split into code and string literals. The split finds where tokens begin and end, and does not parse
/// them.
pub(super) struct RustSource {
    /// The source, with every character of a comment, string or character literal replaced by a space. Line breaks are
    /// kept.
    pub(super) code: String,
    /// Each string literal: its first line, counting from 1, and the text between its quotes.
    pub(super) literals: Vec<(usize, String)>,
}

impl RustSource {
    pub(super) fn parse(text: &str) -> Self {
        let mut source = Self { code: String::with_capacity(text.len()), literals: Vec::new() };
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '/' if rest.starts_with("//") => source.blank(rest, rest.find('\n').unwrap_or(rest.len())),
                '/' if rest.starts_with("/*") => source.blank(rest, block_comment(rest)),
                '"' => source.literal(rest, "\"", "\""),
                '\'' => source.blank(rest, character(rest)),
                _ if first.is_alphabetic() || first == '_' => source.word(rest),
                _ => source.keep(rest, first.len_utf8()),
            };
            rest = rest.get(length..).unwrap_or_default();
        }
        source
    }

    /// Returns the lines of code with their numbers, which begin at 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.code.lines())
    }

    fn keep(&mut self, rest: &str, length: usize) -> usize {
        self.code.push_str(rest.get(..length).unwrap_or_default());
        length
    }

    fn blank(&mut self, rest: &str, length: usize) -> usize {
        if length <= 1 {
            return self.keep(rest, length);
        }
        let gone = rest.get(..length).unwrap_or_default();
        self.code.extend(gone.chars().map(|char| if char == '\n' { '\n' } else { ' ' }));
        length
    }

    /// Reads a name or keyword, or the beginning of a raw string or a raw name.
    fn word(&mut self, rest: &str) -> usize {
        let end = |char: char| !char.is_alphanumeric() && char != '_';
        let length = rest.find(end).unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let hashes: String = after.chars().take_while(|char| *char == '#').collect();
        let is_raw = matches!(word, "r" | "br" | "cr");
        if is_raw && after.get(hashes.len()..).is_some_and(|quoted| quoted.starts_with('"')) {
            return self.literal(rest, &format!("{word}{hashes}\""), &format!("\"{hashes}"));
        }
        self.keep(rest, length)
    }

    /// Reads a string literal between `open` and `close`. A backslash is an escape unless the literal is raw.
    fn literal(&mut self, rest: &str, open: &str, close: &str) -> usize {
        let inside = rest.get(open.len()..).unwrap_or_default();
        let escapes = open == "\"";
        let mut escaped = false;
        let end = inside.char_indices().find(|(at, char)| {
            let closes = !escaped && inside.get(*at..).is_some_and(|tail| tail.starts_with(close));
            escaped = escapes && !escaped && *char == '\\';
            closes
        });
        let end = end.map_or(inside.len(), |(at, _)| at);
        let line = 1 + self.code.matches('\n').count();
        self.literals.push((line, inside.get(..end).unwrap_or_default().to_owned()));
        self.blank(rest, (open.len() + end + close.len()).min(rest.len()))
    }
}

/// Returns the length of the block comment at the beginning. Block comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth = depth.saturating_sub(1);
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += tail.chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// Returns the length of the character literal at the beginning, or 1 for a lifetime or a label.
fn character(rest: &str) -> usize {
    let mut inside = rest.char_indices().skip(1);
    match inside.next() {
        Some((_, '\\')) => {
            inside.next();
            inside.find(|(_, char)| *char == '\'').map_or(1, |(at, _)| at + 1)
        }
        Some(_) => inside.next().filter(|(_, char)| *char == '\'').map_or(1, |(at, _)| at + 1),
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        let source = RustSource::parse(text);
        assert_eq!(source.code.chars().count(), text.chars().count(), "{text}");
        source.code.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn literals(text: &str) -> Vec<(usize, String)> {
        RustSource::parse(text).literals
    }

    #[test]
    fn comments_are_not_code() {
        assert_eq!(code("a // b\nc /* d /* e */ f\n */ g /// h"), "a c g");
        assert_eq!(code("a / b"), "a / b");
        assert_eq!(code("a /* ü never closed"), "a");
    }

    #[test]
    fn literals_are_not_code_and_have_their_line() {
        let text = "f(\"a \\\" b\",\n  r#\"c \"d\" \\\"#, br\"e\", b\"f\")";
        assert_eq!(code(text), "f( , , , b )");
        let found = [(1, "a \\\" b"), (2, "c \"d\" \\"), (2, "e"), (2, "f")];
        assert_eq!(literals(text), found.map(|(line, text)| (line, text.to_owned())));
        assert_eq!(literals("\"\\\\\" a \"b\""), [(1, "\\\\".to_owned()), (1, "b".to_owned())]);
        assert_eq!(literals("\"never closed"), [(1, "never closed".to_owned())]);
    }

    #[test]
    fn characters_differ_from_lifetimes() {
        assert_eq!(code("'\"' 'a 'b' '\\'' '\\u{41}' b'\"' &'static str"), "'a b &'static str");
        assert_eq!(literals("let q = '\"'; f::<'a>(\"x\")"), [(1, "x".to_owned())]);
    }

    #[test]
    fn names_that_look_like_raw_strings_are_names() {
        assert_eq!(code("r#type + bar\"x\" + r"), "r#type + bar + r");
    }
}

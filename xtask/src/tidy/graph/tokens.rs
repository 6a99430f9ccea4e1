//! Finding paths in the bodies of macros and attributes, which have no syntax tree.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::{LitStr, ext::IdentExt};

use super::source::{Name, Namespace, Path};

/// The place of tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Macro,
    Attribute,
}

/// Adds the paths among `tokens` to `names`.
///
/// A single word may also be a variable or a field. It counts only if it begins with a capital letter, or is called.
pub(super) fn collect(tokens: TokenStream, place: Place, names: &mut Vec<Name>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let before = tokens.get(..at).unwrap_or_default();
        at += 1;
        match token {
            TokenTree::Group(group) => collect(group.stream(), place, names),
            TokenTree::Ident(ident) if !is_part_of_name(before, ident) => {
                let rest = tokens.get(at..).unwrap_or_default();
                let (path, tail) = path(ident, rest);
                at += rest.len() - tail.len();
                if let Some(namespace) = namespace(&path, tail, place) {
                    names.push(Name { path, namespace, line: ident.span().start().line });
                }
            }
            TokenTree::Literal(literal) if place == Place::Attribute => {
                // As in `#[serde(with = "crate::seconds")]`.
                let text = syn::parse_str::<LitStr>(&literal.to_string());
                let path = text.and_then(|text| text.parse::<syn::Path>());
                if let Ok(path) = path.as_ref().map(Path::from)
                    && path.segments.len() > 1
                {
                    names.push(Name { path, namespace: None, line: literal.span().start().line });
                }
            }
            _ => {}
        }
    }
}

/// Returns whether the tokens before a word show that no path begins with it: `.field`, `'lifetime`, `$variable`,
/// `<T>::Item`.
fn is_part_of_name(before: &[TokenTree], ident: &Ident) -> bool {
    let [.., TokenTree::Punct(last)] = before else { return false };
    match last.as_char() {
        '$' => ident != "crate",
        '.' | '\'' => true,
        ':' => matches!(before, [.., TokenTree::Punct(first), _] if first.as_char() == ':'),
        _ => false,
    }
}

/// Returns the path that begins with a word, and the tokens after the path.
fn path<'a>(first: &Ident, mut rest: &'a [TokenTree]) -> (Path, &'a [TokenTree]) {
    let mut segments = vec![first.unraw().to_string()];
    while let [TokenTree::Punct(one), TokenTree::Punct(two), TokenTree::Ident(next), tail @ ..] = rest {
        if one.as_char() != ':' || two.as_char() != ':' {
            break;
        }
        segments.push(next.unraw().to_string());
        rest = tail;
    }
    (Path { is_absolute: false, segments }, rest)
}

/// Returns the namespace of a path before the tokens `next`: `Some(None)` if it is unknown, and `None` for a word that
/// is not a path.
fn namespace(path: &Path, next: &[TokenTree], place: Place) -> Option<Option<Namespace>> {
    let [only] = path.segments.as_slice() else { return Some(None) };
    match next {
        _ if place == Place::Attribute => only.starts_with(char::is_uppercase).then_some(None),
        [TokenTree::Group(group), ..] if group.delimiter() == Delimiter::Parenthesis => {
            Some(Some(Namespace::Value))
        }
        [TokenTree::Punct(punct), TokenTree::Group(_), ..] if punct.as_char() == '!' => {
            Some(Some(Namespace::Macro))
        }
        _ => only.starts_with(char::is_uppercase).then_some(None),
    }
}

impl From<&syn::Path> for Path {
    fn from(path: &syn::Path) -> Self {
        Self {
            is_absolute: path.leading_colon.is_some(),
            segments: path.segments.iter().map(|segment| segment.ident.unraw().to_string()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, place: Place) -> Vec<String> {
        let mut names = Vec::new();
        collect(text.parse().unwrap(), place, &mut names);
        names.iter().map(|name| name.path.to_string()).collect()
    }

    #[test]
    fn paths_in_macros_are_found() {
        let view =
            "<missing::NotThere words=problem.words() on:click=move |_| crate::a::go()/> <Frame>{x}</Frame>";
        assert_eq!(found(view, Place::Macro), ["missing::NotThere", "crate::a::go", "Frame", "Frame"]);
        assert_eq!(found("experiments::create, r#type::X", Place::Macro), ["experiments::create", "type::X"]);
        assert_eq!(found("$crate::x::Y::new(f(1), m!(2))", Place::Macro), ["crate::x::Y::new", "f", "m"]);
        assert_eq!(found("S { a: B }", Place::Macro), ["S", "B"]);
    }

    #[test]
    fn variables_fields_and_lifetimes_are_not_paths() {
        assert_eq!(found("a + b.c + 'd + $e + Vec::<T>::new()", Place::Macro), ["Vec", "T"]);
        assert_eq!(found("x.method(1); $item::NAME", Place::Macro), [""; 0]);
    }

    #[test]
    fn paths_in_attributes_are_found() {
        let serde = "default, rename = \"id\", with = \"crate::seconds\", x = \"two words\", y = 3";
        assert_eq!(found(serde, Place::Attribute), ["crate::seconds"]);
        assert_eq!(found("responses((status = 200, body = Page))", Place::Attribute), ["Page"]);
        assert_eq!(found("\"crate::seconds\"", Place::Macro), [""; 0]);
    }
}

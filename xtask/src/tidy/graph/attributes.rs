//! Reading attributes.

use syn::{Attribute, Expr, ExprLit, ImplItem, Item, Lit, Meta, Token, TraitItem, punctuated::Punctuated};

/// Returns whether an item is compiled only for tests.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && attribute.parse_args::<Meta>().is_ok_and(|condition| value(&condition) == Some(false))
    })
}

/// Returns the value of a `cfg` condition outside of tests. `None` if it depends on other settings.
fn value(condition: &Meta) -> Option<bool> {
    let Meta::List(list) = condition else {
        return condition.path().is_ident("test").then_some(false);
    };
    let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
    let mut values = parts.iter().map(value);
    if list.path.is_ident("not") {
        return values.next()?.map(|value| !value);
    }
    // One false part decides `all`, and one true part decides `any`.
    let decisive = list.path.is_ident("any");
    let values: Vec<_> = values.collect();
    if values.contains(&Some(decisive)) {
        return Some(decisive);
    }
    values.iter().all(Option::is_some).then_some(!decisive)
}

/// Returns the value of `#[path = "…"]`.
pub(super) fn path(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(value), .. }) => Some(value.value()),
            _ => None,
        },
        _ => None,
    })
}

/// Returns the names of the types that attribute macros of Leptos generate for a function.
pub(super) fn generated_types(attributes: &[Attribute], function: &str) -> Vec<String> {
    let has = |name| attributes.iter().any(|attribute| attribute.path().is_ident(name));
    let mut types = Vec::new();
    if has("server") {
        let words = function.split('_').map(|word| {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
        });
        types.push(words.collect());
    }
    if has("component") {
        types.push(format!("{function}Props"));
    }
    types
}

pub(super) fn of_item(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

pub(super) fn of_impl_item(item: &ImplItem) -> &[Attribute] {
    match item {
        ImplItem::Const(item) => &item.attrs,
        ImplItem::Fn(item) => &item.attrs,
        ImplItem::Type(item) => &item.attrs,
        ImplItem::Macro(item) => &item.attrs,
        _ => &[],
    }
}

pub(super) fn of_trait_item(item: &TraitItem) -> &[Attribute] {
    match item {
        TraitItem::Const(item) => &item.attrs,
        TraitItem::Fn(item) => &item.attrs,
        TraitItem::Type(item) => &item.attrs,
        TraitItem::Macro(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    use super::*;

    fn attributes(text: &str) -> Vec<Attribute> {
        Attribute::parse_outer.parse_str(text).unwrap()
    }

    #[test]
    fn conditions_of_test_code_are_recognised() {
        for text in [
            "#[cfg(test)]",
            "#[cfg(all(unix, test))]",
            "#[cfg(not(not(test)))]",
            "#[cfg(any(test))]",
            "#[test]",
        ] {
            assert!(is_for_tests(&attributes(text)), "{text}");
        }
        for text in
            ["#[cfg(not(test))]", "#[cfg(any(test, unix))]", "#[cfg(feature = \"test\")]", "#[inline]"]
        {
            assert!(!is_for_tests(&attributes(text)), "{text}");
        }
    }

    #[test]
    fn path_of_a_module_is_read() {
        assert_eq!(path(&attributes("#[allow(x)] #[path = \"a/b.rs\"]")).as_deref(), Some("a/b.rs"));
        assert_eq!(path(&attributes("#[doc = \"path\"]")), None);
    }

    #[test]
    fn server_functions_and_components_generate_types() {
        assert_eq!(generated_types(&attributes("#[server(prefix = \"/x\")]"), "load_all"), ["LoadAll"]);
        assert_eq!(generated_types(&attributes("#[component]"), "Field"), ["FieldProps"]);
        assert_eq!(generated_types(&attributes("#[inline]"), "load_all"), [""; 0]);
    }
}

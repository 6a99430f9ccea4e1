//! Input that a browser keeps as JSON, and reads again.
//!
//! serde writes it. What serde derives to read a type is prepared for members in any order, arrays in place of objects, and
//! messages about what is wrong, which is 2 to 5 kB of code for each type. Kept input is read by the release that wrote it, or not at
//! all, so a type only needs its [`Kept`] implementation, which [`kept`] writes: a few hundred bytes.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

/// A value that a browser keeps.
pub(crate) trait Kept: Serialize + Sized {
    /// Reads a value that was serialized; `None` if the JSON has another form.
    fn read(json: &str) -> Option<Self>;
}

/// The members of an object, as JSON.
pub(crate) type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Reads an object.
pub(crate) fn members(json: &str) -> Option<Members<'_>> {
    serde_json::from_str(json).ok()
}

/// Reads a member of an object.
pub(crate) fn member<T: Kept>(members: &Members<'_>, name: &str) -> Option<T> {
    T::read(members.get(name)?.get())
}

/// Reads one of several values, which differ as JSON.
pub(crate) fn one_of<T: Serialize>(values: impl IntoIterator<Item = T>, json: &str) -> Option<T> {
    values.into_iter().find(|value| serde_json::to_string(value).is_ok_and(|text| text == json))
}

/// Defines structs that browsers keep: whose fields are all [`Kept`].
macro_rules! kept {
    ($(#[$attribute:meta])* $visibility:vis struct $name:ident {
        $($(#[$field_attribute:meta])* $field_visibility:vis $field:ident: $type:ty,)+
    }) => {
        $(#[$attribute])*
        #[derive(serde::Serialize)]
        $visibility struct $name {
            $($(#[$field_attribute])* $field_visibility $field: $type,)+
        }

        impl $crate::model::Kept for $name {
            fn read(json: &str) -> Option<Self> {
                let members = $crate::model::members(json)?;
                Some(Self { $($field: $crate::model::member(&members, stringify!($field))?,)+ })
            }
        }
    };
}
pub(crate) use kept;

impl Kept for String {
    fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

impl Kept for bool {
    fn read(json: &str) -> Option<Self> {
        match json {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}

impl Kept for u32 {
    fn read(json: &str) -> Option<Self> {
        json.parse().ok()
    }
}

impl<T: Kept> Kept for Option<T> {
    fn read(json: &str) -> Option<Self> {
        if json == "null" { Some(None) } else { T::read(json).map(Some) }
    }
}

impl<T: Kept> Kept for Vec<T> {
    fn read(json: &str) -> Option<Self> {
        let elements: Vec<&RawValue> = serde_json::from_str(json).ok()?;
        elements.into_iter().map(|json| T::read(json.get())).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    kept! {
        #[derive(Clone, Debug, PartialEq)]
        struct Inner {
            text: String,
            is_set: bool,
        }
    }

    kept! {
        #[derive(Clone, Debug, PartialEq)]
        struct Outer {
            list: Vec<Inner>,
            one: Option<Inner>,
            number: u32,
        }
    }

    fn inner() -> impl Strategy<Value = Inner> {
        (any::<String>(), any::<bool>()).prop_map(|(text, is_set)| Inner { text, is_set })
    }

    proptest! {
        #[test]
        fn what_is_kept_is_read_again(
            list in prop::collection::vec(inner(), 0..4), one in prop::option::of(inner()), number in any::<u32>()
        ) {
            let outer = Outer { list, one, number };
            prop_assert_eq!(Outer::read(&serde_json::to_string(&outer).unwrap()), Some(outer));
        }
    }

    #[test]
    fn json_of_another_form_is_not_read() {
        let whole = r#"{"list":[{"text":"a","is_set":true}],"one":null,"number":7}"#;
        assert!(Outer::read(whole).is_some());
        for (part, other) in [
            ("\"a\"", "1"),
            ("true", "1"),
            ("7", "-7"),
            ("null", "{}"),
            ("number", "n"),
            ("[{", "[7,{"),
            ("}]", "}"),
        ] {
            assert_eq!(Outer::read(&whole.replace(part, other)), None, "{other} in place of {part}");
        }
    }
}

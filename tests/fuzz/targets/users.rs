//! The users of the fuzz targets.

use edgewise_engine::UserKey;

/// User keys, and contexts as JSON: an empty context, a usual context, and one with unusual values.
const USERS: [(&str, &str); 3] = [
    ("u", "{}"),
    ("user-1", r#"{"country":"US","plan":"pro","age":34,"deviceType":"mobile"}"#),
    ("日本", r#"{"country":["US"],"plan":null,"age":-0.0,"a":{"b":[1,"x"]},"a.b":true,"b":1e300}"#),
];

pub fn users() -> impl Iterator<Item = (UserKey<'static>, &'static str)> {
    USERS.iter().map(|(key, context)| (UserKey::new(key).unwrap(), *context))
}

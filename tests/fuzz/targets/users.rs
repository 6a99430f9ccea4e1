//! Users that the targets decide for.

use edgewise_engine::UserKey;

/// Keys, and contexts as JSON: nothing known, the usual, and what conditions seldom see.
const USERS: [(&str, &str); 3] = [
    ("u", "{}"),
    ("user-1", r#"{"country":"US","plan":"pro","age":34,"deviceType":"mobile"}"#),
    ("日本", r#"{"country":["US"],"plan":null,"age":-0.0,"a":{"b":[1,"x"]},"a.b":true,"b":1e300}"#),
];

pub fn users() -> impl Iterator<Item = (UserKey<'static>, &'static str)> {
    USERS.iter().map(|(key, context)| (UserKey::new(key).unwrap(), *context))
}

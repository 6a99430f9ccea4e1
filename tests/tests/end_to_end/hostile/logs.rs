//! What a user sends about themselves is in no log.

use serde_json::json;
use tempfile::TempDir;

use crate::{
    planes::Plane,
    scene::{Experiment, id},
};

#[test]
fn neither_user_keys_nor_contexts_nor_bodies_are_logged() {
    let directory = TempDir::new().unwrap();
    for format in ["text", "json"] {
        let plane = Plane::start_with("serve", directory.path(), |command| {
            command.env("EDGEWISE_LOG", "trace").env("EDGEWISE_LOG_FORMAT", format)
        });
        let api = &plane.api;
        let name = format;
        let environment = id(&api.post("/environments", &json!({"name": name})).is(201));
        Experiment::new(api, &environment, "e").run();
        for (method, path, body) in [
            (
                "GET",
                format!("/decide?user_key=SECRET-1&env={name}&context=%7B%22mail%22:%22SECRET-2%22%7D"),
                "",
            ),
            ("GET", format!("/decide?user_key=SECRET-1&env={name}&context=SECRET-2"), ""),
            ("GET", "/decide?user_key=SECRET-1&env=SECRET-2/x".to_owned(), ""),
            ("GET", format!("/decide?SECRET-1=SECRET-2&env={name}"), ""),
            (
                "POST",
                "/decide".to_owned(),
                r#"{"user_key":"SECRET-1","env":"prod","context":{"mail":"SECRET-2"}}"#,
            ),
            ("POST", "/decide".to_owned(), r#"{"user_key":"SECRET-1","context":"SECRET-2"}"#),
            ("POST", "/decide".to_owned(), r#"{"user_key":"SECRET-1" SECRET-2"#),
            ("GET", "/SECRET-1?SECRET-2".to_owned(), ""),
        ] {
            assert!(api.request(method, &path).json(body).send().status <= 503);
        }
        api.raw(b"GET /api/decide?user_key=SECRET-1 SECRET-2 HTTP/1.1\r\nx SECRET-3\r\n\r\n");
        api.post("/decide", &json!({"user_key": "u", "env": name})).is(200);
        let log = plane.log();
        assert!(!log.is_empty());
        let line = log.lines().find(|line| line.contains("SECRET"));
        assert_eq!(line, None);
        assert_eq!(plane.stop().code(), Some(0));
    }
}

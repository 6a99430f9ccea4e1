//! What users send about themselves is in no log, and in no metric.

use serde_json::json;
use tempfile::TempDir;

use crate::{
    planes::{Apart, Plane},
    scene::{Experiment, id},
};

/// Asks for decisions in all ways, most of them wrong, for a user of whom nothing may be known: `SECRET`.
fn ask_for_secrets(plane: &Plane, environment: &str) {
    for (method, path, body) in [
        (
            "GET",
            format!("/decide?user_key=SECRET-1&env={environment}&context=%7B%22mail%22:%22SECRET-2%22%7D"),
            "",
        ),
        ("GET", format!("/decide?user_key=SECRET-1&env={environment}&context=SECRET-2"), ""),
        ("GET", "/decide?user_key=SECRET-1&env=SECRET-2/x".to_owned(), ""),
        ("GET", format!("/decide?SECRET-1=SECRET-2&env={environment}"), ""),
        (
            "POST",
            "/decide".to_owned(),
            r#"{"user_key":"SECRET-1","env":"prod","context":{"mail":"SECRET-2"}}"#,
        ),
        ("POST", "/decide".to_owned(), r#"{"user_key":"SECRET-1","context":"SECRET-2"}"#),
        ("POST", "/decide".to_owned(), r#"{"user_key":"SECRET-1" SECRET-2"#),
        ("GET", "/SECRET-1?SECRET-2".to_owned(), ""),
    ] {
        let reply = plane.api.request(method, &path).json(body).send();
        assert!(reply.status <= 503, "{reply}");
    }
    plane.api.raw_to_the_end(b"GET /api/decide?user_key=SECRET-1 SECRET-2 HTTP/1.1\r\nx SECRET-3\r\n\r\n");
}

#[track_caller]
fn assert_discreet(plane: &Plane) {
    for text in [plane.log(), plane.root().get("/metrics").text().to_owned()] {
        assert!(!text.is_empty());
        assert_eq!(text.lines().find(|line| line.contains("SECRET")), None);
    }
}

#[test]
fn neither_user_keys_nor_contexts_nor_bodies_are_logged() {
    let directory = TempDir::new().unwrap();
    for format in ["text", "json"] {
        let plane = Plane::start_with("serve", directory.path(), |command| {
            command.env("EDGEWISE_LOG", "trace").env("EDGEWISE_LOG_FORMAT", format)
        });
        let environment = id(&plane.api.post("/environments", &json!({"name": format})).is(201));
        Experiment::new(&plane.api, &environment, "e").run();
        ask_for_secrets(&plane, format);
        assert_discreet(&plane);
        assert_eq!(plane.stop().code(), Some(0));
    }
}

#[test]
fn nor_are_they_where_one_plane_asks_another() {
    let directory = TempDir::new().unwrap();
    let planes = Apart::start(directory.path(), &["--log", "trace"]);
    planes.control.api.post("/environments", &json!({"name": "prod"})).is(201);
    ask_for_secrets(&planes.gateway, "prod");
    let Apart { decide, gateway, .. } = planes;
    assert_discreet(&decide);
    // The failure of a plane is logged, but not what it was asked.
    assert_eq!(decide.stop().code(), Some(0));
    ask_for_secrets(&gateway, "prod");
    assert!(gateway.log().contains("WARN"));
    assert_discreet(&gateway);
}

//! Data of users is neither in the log nor in the metrics.

use serde_json::json;
use tempfile::TempDir;

use crate::{
    planes::{Apart, Plane},
    scene::{Experiment, id},
};

/// Sends valid and invalid decide requests with the data of a user, which is always `SECRET`.
fn send_secrets(plane: &Plane, environment: &str) {
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
fn assert_no_secrets(plane: &Plane) {
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
        send_secrets(&plane, format);
        assert_no_secrets(&plane);
        assert_eq!(plane.stop().code(), Some(0));
    }
}

#[test]
fn user_data_is_not_logged_by_separate_planes_either() {
    let directory = TempDir::new().unwrap();
    let planes = Apart::start(directory.path(), &["--log", "trace"]);
    planes.control.api.post("/environments", &json!({"name": "prod"})).is(201);
    send_secrets(&planes.gateway, "prod");
    let Apart { decide, gateway, .. } = planes;
    assert_no_secrets(&decide);
    // The gateway logs that a plane is down, but not the data of the request.
    assert_eq!(decide.stop().code(), Some(0));
    send_secrets(&gateway, "prod");
    assert!(gateway.log().contains("WARN"));
    assert_no_secrets(&gateway);
}

//! `/configs/…`: the published objects that browsers, workers and other decision planes read.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use edgewise_api::ContentHash;
use support::{Served, publish, snapshot};
use tempfile::TempDir;

async fn plane() -> (Served, TempDir) {
    let root = tempfile::tempdir().unwrap();
    publish(root.path(), "prod", 7, &snapshot(7));
    let store = format!("file:{}", root.path().display());
    (Served::plane(&["decide", "--snapshot-store", &store]).await, root)
}

#[tokio::test]
async fn published_objects_are_served_unchanged() {
    let (plane, _root) = plane().await;
    for (path, content, caching) in [
        ("version.json", "{\"version\":7}", "public, max-age=1"),
        ("snapshots/latest.json", &snapshot(7), "public, max-age=1"),
        ("snapshots/7.json", &snapshot(7), "public, max-age=31536000, immutable"),
    ] {
        let response = plane.get(&format!("/configs/prod/{path}")).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["cache-control"], caching, "{path}");
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        assert!(response.headers()["access-control-expose-headers"].to_str().unwrap().contains("etag"));
        assert_eq!(response.text().await.unwrap(), content, "{path}");
    }
    plane.stop().await;
}

/// An object can be replaced while a client is on its way from version.json to the object. No cache may keep the new content
/// under the address of the old content, or the other way round.
#[tokio::test]
async fn an_object_is_immutable_only_under_the_address_of_its_content() {
    let (plane, _root) = plane().await;
    let gateway = Served::plane(&["gateway", "--decide-url", &plane.url("")]).await;
    let hash = ContentHash::of(snapshot(7).as_bytes());
    let other = ContentHash::of(b"other").for_address();
    let upper = hash.for_address().to_uppercase();
    let path = "/configs/prod/snapshots/7.json";
    for plane in [&plane, &gateway] {
        let etag = plane.get(path).await.headers()["etag"].to_str().unwrap().to_owned();
        let right = format!("{path}?v={}", hash.for_address());
        for (path, caching) in [
            (right.as_str(), "public, max-age=31536000, immutable"),
            (&format!("{path}?w={other}"), "public, max-age=31536000, immutable"),
            (&format!("{path}?v={other}"), "no-store"),
            (&format!("{path}?v={upper}"), "no-store"),
            (&format!("{path}?v={hash}"), "no-store"),
            (&format!("{path}?v=7"), "no-store"),
            (&format!("{path}?v="), "no-store"),
            (&format!("{right}&v={other}"), "no-store"),
            ("/configs/prod/version.json?v=7", "public, max-age=1"),
        ] {
            let response = plane.get(path).await;
            assert_eq!(
                (response.status().as_u16(), &response.headers()["cache-control"]),
                (200, &caching.parse().unwrap()),
                "{path}"
            );
            assert_eq!(response.headers()["access-control-allow-origin"], "*");
            if !path.contains("version.json") {
                let unchanged = plane.send("GET", path, &[("if-none-match", &etag)], "").await;
                let status = if caching == "no-store" { 200 } else { 304 };
                assert_eq!(
                    (unchanged.status().as_u16(), &unchanged.headers()["cache-control"]),
                    (status, &caching.parse().unwrap()),
                    "{path}"
                );
                assert_eq!(response.text().await.unwrap(), snapshot(7));
            }
        }
    }
    gateway.stop().await;
    plane.stop().await;
}

#[tokio::test]
async fn a_client_with_a_current_copy_gets_a_304_without_the_object() {
    let (plane, _root) = plane().await;
    let path = "/configs/prod/version.json";
    let etag = plane.get(path).await.headers()["etag"].to_str().unwrap().to_owned();
    for tags in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
        let response = plane.send("GET", path, &[("if-none-match", &tags)], "").await;
        assert_eq!(response.status(), 304, "{tags}");
        assert_eq!(response.headers()["etag"], etag.as_str());
        assert_eq!(response.headers()["cache-control"], "public, max-age=1");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        assert_eq!(response.text().await.unwrap(), "");
    }
    let other = plane.send("GET", path, &[("if-none-match", "\"other\"")], "").await;
    assert_eq!(other.status(), 200);
    plane.stop().await;
}

#[tokio::test]
async fn head_has_no_body_and_options_lists_the_allowed_methods() {
    let (plane, _root) = plane().await;
    let head = plane.send("HEAD", "/configs/prod/version.json", &[], "").await;
    assert_eq!((head.status().as_u16(), &head.headers()["content-length"]), (200, &"13".parse().unwrap()));
    assert_eq!(head.text().await.unwrap(), "");
    let options = plane.send("OPTIONS", "/configs/prod/version.json", &[], "").await;
    assert_eq!(options.status(), 204);
    assert_eq!(options.headers()["access-control-allow-methods"], "GET, HEAD");
    assert_eq!(options.headers()["access-control-allow-headers"], "if-none-match");
    plane.stop().await;
}

#[tokio::test]
async fn other_paths_are_404_and_errors_are_not_cached() {
    let (plane, root) = plane().await;
    std::fs::write(root.path().join("secret.json"), "secret").unwrap();
    std::fs::write(root.path().join("configs/prod/secret.json"), "secret").unwrap();
    for path in [
        "/configs/",
        "/configs/prod",
        "/configs/prod/",
        "/configs/prod/secret.json",
        "/configs/none/version.json",
        "/configs/prod/snapshots/8.json",
        "/configs/prod/snapshots/07.json",
        "/configs/prod/snapshots/+7.json",
        "/configs/prod/snapshots/-7.json",
        "/configs/prod/snapshots/99999999999999999999.json",
        "/configs/prod/snapshots/7.json/",
        "/configs/prod/snapshots/7.json/x",
        "/configs/prod//version.json",
        "/configs//version.json",
        "/configs/../secret.json",
        "/configs/prod/../../secret.json",
        "/configs/%2e%2e/secret.json",
        "/configs/..%2fsecret.json",
        "/configs/prod%2f..%2f..%2fsecret.json",
        "/configs/prod/..%5c..%5csecret.json",
        "/configs/prod/snapshots/7.json%00",
        "/configs/%70rod/version.json",
    ] {
        // An HTTP client would normalize the path.
        let response =
            plane.raw(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).await;
        assert!(response.starts_with("HTTP/1.1 404 "), "{path}: {response}");
        assert!(response.contains("{\"error\":") && !response.contains("secret\""), "{path}: {response}");
        if path.len() > "/configs/".len() {
            assert!(response.contains("cache-control: no-store"), "{path}: {response}");
        }
    }
    for method in ["PUT", "POST", "DELETE", "PATCH"] {
        let response = plane.send(method, "/configs/prod/version.json", &[], "").await;
        assert_eq!(response.status(), 404, "{method}");
    }
    plane.stop().await;
}

#[tokio::test]
async fn another_decision_plane_can_read_the_published_objects() {
    let (plane, _root) = plane().await;
    let reader = Served::plane(&["decide", "--snapshot-store", &plane.url("/")]).await;
    assert_eq!(reader.json("/decide?user_key=u&env=prod").await.1["config_version"], 7);
    assert_eq!(reader.get("/decide?user_key=u&env=none").await.status(), 503);
    let relayed = reader.get("/configs/prod/snapshots/7.json").await;
    assert_eq!(
        relayed.headers()["etag"],
        plane.get("/configs/prod/snapshots/7.json").await.headers()["etag"]
    );
    assert_eq!(relayed.text().await.unwrap(), snapshot(7));
    reader.stop().await;
    plane.stop().await;
}

#[tokio::test]
async fn a_store_of_the_reference_with_only_latest_json_is_read() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("configs/old/snapshots");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("latest.json"), snapshot(5)).unwrap();
    let store = format!("file:{}", root.path().display());
    let plane = Served::plane(&["decide", "--snapshot-store", &store]).await;
    assert_eq!(plane.json("/decide?user_key=u&env=old").await.1["config_version"], 5);
    plane.stop().await;
}

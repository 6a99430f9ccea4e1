use serde_json::json;

use crate::scene::{Published, Scene, assert_shape, published};

const FIELDS: [&str; 4] = ["id", "name", "createdAt", "updatedAt"];

#[test]
fn an_environment_is_created_and_read() {
    let scene = Scene::new();
    let name = format!("{}-made", scene.name);
    let reply = scene.api().post("/environments", &json!({"name": name}));
    assert_eq!(published(&reply), Published::Silent);
    let made = reply.is(201);
    assert_shape(&made, &FIELDS);
    assert_eq!(made["name"], name);
    assert_eq!(made["createdAt"], made["updatedAt"]);

    let got = scene.api().get(&format!("/environments/{}", made["id"].as_str().unwrap()));
    assert_eq!(got.is(200), made);
    assert_eq!(got.etag(), reply.etag());
}

#[test]
fn a_name_that_is_taken_is_409() {
    let scene = Scene::new();
    scene.api().post("/environments", &json!({"name": scene.name})).error_naming(409, &scene.name);
    // Names are case-sensitive.
    scene.api().post("/environments", &json!({"name": scene.name.to_uppercase()})).is(201);
}

#[test]
fn a_name_must_be_safe_in_a_path() {
    let scene = Scene::new();
    let longest = format!("{}{}", scene.name, "x".repeat(63 - scene.name.len()));
    for name in [longest.as_str(), &format!("{}..", scene.name), &format!("{}_A.b-9", scene.name)] {
        assert_eq!(scene.api().post("/environments", &json!({"name": name})).is(201)["name"], name);
    }
    for name in [
        "",
        " ",
        "..",
        ".",
        "../x",
        "a/b",
        "a\\b",
        "/a",
        "a/",
        "-a",
        "_a",
        ".a",
        "a b",
        " a",
        "a ",
        "a\n",
        "a%2e",
        "é",
        "a\u{0}b",
        "a:b",
        "a?b",
        "a#b",
        "a+b",
        "%2e%2e",
        "..%2f..",
        "日本",
        "\u{202e}a",
        &"x".repeat(64),
        &"x".repeat(100_000),
    ] {
        scene.api().post("/environments", &json!({"name": name})).error_naming(400, "`name`");
    }
    for body in
        [json!({}), json!({"name": null}), json!({"name": 1}), json!({"name": ["a"]}), json!({"Name": "a"})]
    {
        scene.api().post("/environments", &body).error_naming(400, "`name`");
    }
}

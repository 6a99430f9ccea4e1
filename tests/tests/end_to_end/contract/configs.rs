//! `/configs/…`: the published objects, for browsers and workers.

use edgewise_engine::Ruleset;

use crate::scene::Scene;

#[test]
fn snapshots_are_served_to_pages_of_any_origin() {
    let scene = Scene::new();
    scene.experiment("e").run();
    let root = scene.serve().plane.root();
    for (path, age) in [
        ("version.json", "max-age=1"),
        ("snapshots/latest.json", "max-age=1"),
        ("snapshots/1.json", "31536000"),
    ] {
        let path = format!("/configs/{}/{path}", scene.name);
        let reply = root.get(&path);
        assert_eq!(reply.is(200)["version"], 1);
        assert!(reply.header("cache-control").unwrap().contains(age), "{path}");
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{path}");

        let same = root.request("GET", &path).header("if-none-match", &reply.etag()).send();
        assert_eq!((same.status, same.body.len()), (304, 0));
        assert_eq!(same.etag(), reply.etag());
        assert_eq!(same.header("access-control-allow-origin"), Some("*"), "{path}");
        let other = root.request("GET", &path).header("if-none-match", "\"other\"").send();
        assert_eq!(other.body, reply.body);
        let head = root.request("HEAD", &path).send();
        assert_eq!((head.status, head.body.len()), (200, 0));
    }
}

#[test]
fn rulesets_are_served_unchanged() {
    let scene = Scene::new();
    scene.experiment("e").run();
    let reply = scene.serve().plane.root().get(&format!("/configs/{}/rulesets/1/1.bin", scene.name));
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/octet-stream"));
    assert!(reply.header("cache-control").unwrap().contains("immutable"));
    let ruleset = Ruleset::load(reply.body).unwrap();
    assert_eq!(
        (ruleset.version(), ruleset.environment(), ruleset.experiments()),
        (1, scene.name.as_str(), 1)
    );
}

#[test]
fn paths_without_a_published_object_are_404_and_not_cached() {
    let scene = Scene::new();
    scene.experiment("e").run();
    let root = scene.serve().plane.root();
    for path in [
        "/configs/{}/snapshots/2.json",
        "/configs/{}/snapshots/01.json",
        "/configs/{}/snapshots/+1.json",
        "/configs/{}/snapshots/1",
        "/configs/{}/snapshots/",
        "/configs/{}/snapshots",
        "/configs/{}/",
        "/configs/{}",
        "/configs/{}/version.json/",
        "/configs/{}/version.json/x",
        "/configs/{}/rulesets/1/2.bin",
        "/configs/{}/rulesets/2/1.bin",
        "/configs/{}/rulesets/01/1.bin",
        "/configs/{}/rulesets/1/1.json",
        "/configs/{}/rulesets/1/1.bin/x",
        "/configs/{}/rulesets/1",
        "/configs/{}/.lock",
        "/configs/nobody/version.json",
        "/configs//version.json",
        "/configs/",
        "/configs/{}/snapshots/18446744073709551616.json",
        "/configs/../edgewise.db",
        "/configs/..",
        "/configs/../../edgewise.db",
        "/configs/%2e%2e/%2e%2e/edgewise.db",
        "/configs/..%2fedgewise.db",
        "/configs/{}/..%2f{}%2fversion.json",
        "/configs/{}/../{}/version.json",
        "/configs/{}/snapshots/..%2fversion.json",
        "/configs/{}/snapshots/%2e%2e%2fversion.json",
        "/configs/{}%00/version.json",
        "/configs/{}/version.json%00",
        "/configs/%FF/version.json",
        "/configs/{}\\version.json",
        "/configs/{}/VERSION.json",
    ] {
        let reply = root.get(&path.replace("{}", &scene.name));
        let error = reply.error(404);
        assert!(!error.contains("No such file"), "{reply}");
        if path.starts_with("/configs/{}/snapshots/2") {
            assert_eq!(reply.header("cache-control"), Some("no-store"));
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
        }
    }
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        root.request(method, &format!("/configs/{}/version.json", scene.name)).json("{}").send().error(404);
    }
    assert_eq!(scene.version(), 1);
}

//! Paginated lists.

use serde_json::{Value, json};

use crate::{
    client::Client,
    planes::Serve,
    scene::{NOBODY, Scene, environment},
};

/// Returns the values of one field of a list.
fn column(list: &Value, field: &str) -> Vec<String> {
    let rows = list["data"].as_array().unwrap();
    rows.iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

fn pagination(page: u64, page_size: u64, total: u64, total_pages: u64) -> Value {
    json!({"page": page, "pageSize": page_size, "total": total, "totalPages": total_pages})
}

#[test]
fn an_empty_list_has_no_pages() {
    let serve = Serve::start();
    for path in ["/environments", "/audiences", "/experiments"] {
        let empty = serve.plane.api.get(path).is(200);
        assert_eq!(empty, json!({"data": [], "pagination": pagination(1, 20, 0, 0)}), "{path}");
        let empty = serve.plane.api.get(&format!("{path}?page=3&pageSize=7")).is(200);
        assert_eq!(empty, json!({"data": [], "pagination": pagination(3, 7, 0, 0)}), "{path}");
    }
}

#[test]
fn environments_are_listed_by_name() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    let names = ["b", "a", "Z", "a-b", "a.b", "a_b", "A", "aa", "9", "10"];
    for name in names {
        api.post("/environments", &json!({"name": name})).is(201);
    }
    let mut sorted = names;
    sorted.sort_unstable();
    assert_eq!(column(&api.get("/environments").is(200), "name"), sorted);
    let page = api.get("/environments?page=2&pageSize=4").is(200);
    assert_eq!(column(&page, "name"), sorted[4..8]);
    assert_eq!(page["pagination"], pagination(2, 4, 10, 3));
}

#[test]
fn lists_have_totals_and_pages_past_the_end_are_empty() {
    let scene = Scene::new();
    let keys: Vec<String> = (0..45).map(|number| format!("e{number:02}")).collect();
    for key in &keys {
        scene.experiment(key);
        scene.audience(key, "US");
    }
    let newest_first: Vec<String> = keys.iter().rev().cloned().collect();
    for (path, field) in [("/experiments", "key"), ("/audiences", "name")] {
        let list =
            |query: &str| scene.api().get(&format!("{path}?environmentId={}{query}", scene.id)).is(200);
        let first = list("");
        assert_eq!(column(&first, field), newest_first[..20]);
        assert_eq!(first["pagination"], pagination(1, 20, 45, 3));
        assert_eq!(list("&page=1&pageSize=20"), first);

        let last = list("&page=3&pageSize=20");
        assert_eq!(column(&last, field), newest_first[40..]);
        assert_eq!(last["pagination"], pagination(3, 20, 45, 3));

        assert_eq!(column(&list("&pageSize=100&page=1"), field), newest_first);
        assert_eq!(list("&page=1&pageSize=45")["pagination"], pagination(1, 45, 45, 1));
        assert_eq!(column(&list("&page=45&pageSize=1"), field), ["e00"]);

        for past in [4, 5_000_000, 9_007_199_254_740_992_u64] {
            let past_the_end = list(&format!("&page={past}&pageSize=20"));
            assert_eq!(past_the_end, json!({"data": [], "pagination": pagination(past, 20, 45, 3)}));
        }
    }
}

#[test]
fn invalid_page_parameters_are_400() {
    let scene = Scene::new();
    for path in ["/environments", "/audiences", "/experiments"] {
        for query in [
            "page=1",
            "pageSize=20",
            "page=0&pageSize=20",
            "page=-1&pageSize=20",
            "page=1.5&pageSize=20",
            "page=x&pageSize=20",
            "page=&pageSize=20",
            "page=1&pageSize=",
            "page=1&pageSize=0",
            "page=1&pageSize=101",
            "page=1&pageSize=-1",
            "page=1&pageSize=x",
            "page=1&pageSize=1e1",
            "page=9007199254740993&pageSize=20",
            "page=99999999999999999999999&pageSize=20",
            "page=1&page=1&pageSize=20",
            "page=1&pageSize=20&pageSize=20",
            "page=+1&pageSize=20",
            "page=%2B1&pageSize=20",
            "page=0x1&pageSize=20",
            "page=1%00&pageSize=20",
            "page=%D9%A1&pageSize=20",
        ] {
            scene.api().get(&format!("{path}?{query}")).error_naming(400, "`page");
        }
    }
}

#[test]
fn lists_are_filtered() {
    let scene = Scene::new();
    let api: &Client = scene.api();
    let (other, _) = environment(api);
    let (one, two, three) = (scene.experiment("one"), scene.experiment("two"), scene.experiment("three"));
    one.set_status("RUNNING");
    two.set_status("ARCHIVED");
    three.set_status("RUNNING");
    scene.audience("own", "US");
    let keys = |query: &str| column(&api.get(&format!("/experiments?{query}")).is(200), "key");
    let own = format!("environmentId={}", scene.id);
    assert_eq!(keys(&own), ["three", "two", "one"]);
    assert_eq!(keys(&format!("{own}&status=RUNNING")), ["three", "one"]);
    assert_eq!(keys(&format!("status=ARCHIVED&{own}")), ["two"]);
    assert_eq!(keys(&format!("{own}&status=PAUSED")), [""; 0]);
    assert_eq!(keys(&format!("{own}&status=RUNNING&page=2&pageSize=1")), ["one"]);
    assert_eq!(keys(&format!("{own}&unknown=x&Status=y")), ["three", "two", "one"]);
    for nothing in [other.as_str(), NOBODY, "nothing"] {
        let list = api.get(&format!("/experiments?environmentId={nothing}")).is(200);
        assert_eq!(list, json!({"data": [], "pagination": pagination(1, 20, 0, 0)}));
        let list = api.get(&format!("/audiences?environmentId={nothing}")).is(200);
        assert_eq!(list, json!({"data": [], "pagination": pagination(1, 20, 0, 0)}));
    }
    assert_eq!(column(&api.get(&format!("/audiences?{own}")).is(200), "name"), ["own"]);
    assert_eq!(keys(&format!("{own}&search=HREE&status=RUNNING")), ["three"]);
    assert_eq!(keys(&format!("{own}&search=o+ONE")), ["one"]);
    assert_eq!(keys(&format!("{own}&search=one+two")), [""; 0]);
    assert_eq!(keys(&format!("{own}&search=")), ["three", "two", "one"]);
    assert_eq!(column(&api.get(&format!("/audiences?{own}&search=OW")).is(200), "name"), ["own"]);
    assert_eq!(column(&api.get(&format!("/audiences?{own}&search=other")).is(200), "name"), [""; 0]);
    let environments = api.get("/environments?search=no+such+environment").is(200);
    assert_eq!(environments["pagination"]["total"], 0);
    for list in ["/environments", "/experiments", "/audiences"] {
        api.get(&format!("{list}?search=1+2+3+4+5+6+7+8+9")).error_naming(400, "`search`");
    }

    for status in ["running", "NONE", "", "RUNNING%20"] {
        api.get(&format!("/experiments?status={status}")).error_naming(400, "`status`");
    }
    api.get("/experiments?status=DRAFT&status=DRAFT").error_naming(400, "`status`");
    api.get("/experiments?environmentId=a&environmentId=a").error_naming(400, "`environmentId`");
    for list in ["/experiments", "/audiences"] {
        api.get(&format!("{list}?environmentId=")).error_naming(400, "`environmentId`");
    }
    // A list contains the same resources as the single reads.
    let listed = api.get(&format!("/experiments?{own}")).is(200);
    assert_eq!(listed["data"][2], one.get());
}

//! What every database must do for the control plane. Each claim is checked on each database that is supported,
//! on a fresh one every time.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::HashMap;

use edgewise_api::resources::ExperimentFilter;
use edgewise_api::resources::ExperimentQuery;
use edgewise_api::resources::{
    AllocationRequest, AudienceCreate, ExperimentCreate, ExperimentPatch, ExperimentSort, Status,
    StatusCounts, Variant, VariantName, VariantPatch, VersionState,
};
use edgewise_control::store::{Store, StoreError, Tx, Version};
use edgewise_database::{DatabaseError, contract_tests};
use serde_json::value::RawValue;

/// Runs a check on a fresh database of each kind.
async fn on_each_database(check: impl AsyncFn(Store)) {
    contract_tests::on_each_database(async |url| {
        let store = Store::open(url).await.unwrap();
        check(store.clone()).await;
        store.close().await;
    })
    .await;
}

async fn environment(tx: &mut Tx, id: &str) {
    tx.insert_environment(id, id, 1).await.unwrap();
}

async fn experiment(tx: &mut Tx, id: &str, environment_id: &str) {
    let request = ExperimentCreate {
        key: id.to_owned(),
        name: "Name".to_owned(),
        description: None,
        environment_id: environment_id.to_owned(),
        audience_id: None,
        targeting_rules: None,
    };
    tx.insert_experiment(id, "salt", &request, None, 2).await.unwrap();
}

fn variant(id: &str, experiment_id: &str, payload: Option<&str>) -> Variant {
    Variant {
        id: id.to_owned(),
        key: id.to_owned(),
        name: "Name".to_owned(),
        payload: payload.map(|json| RawValue::from_string(json.to_owned()).unwrap()),
        experiment_id: experiment_id.to_owned(),
    }
}

fn audience(name: &str, environment_id: &str) -> AudienceCreate {
    AudienceCreate { name: name.to_owned(), environment_id: environment_id.to_owned(), rules: vec![] }
}

fn is_duplicate<T>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError(DatabaseError::Duplicate)))
}

#[tokio::test]
async fn a_transaction_that_is_dropped_did_nothing() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "a").await;
        drop(tx);
        assert!(store.read().await.unwrap().environment("a").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn names_and_keys_are_unique_where_they_must_be() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        for id in ["e1", "e2"] {
            environment(&mut tx, id).await;
            tx.insert_audience(&format!("{id}-a"), &audience("same", id), "[]", 1).await.unwrap();
            experiment(&mut tx, &format!("{id}-x"), id).await;
        }
        tx.insert_variant(&variant("v1", "e1-x", None)).await.unwrap();
        tx.commit().await.unwrap();

        // A failed statement ends a transaction on some databases, so each gets its own.
        assert!(is_duplicate(store.write().await.unwrap().insert_environment("e3", "e1", 1).await));
        let again = audience("same", "e1");
        assert!(is_duplicate(store.write().await.unwrap().insert_audience("a3", &again, "[]", 1).await));
        let mut again = variant("v2", "e1-x", None);
        again.key = "v1".to_owned();
        assert!(is_duplicate(store.write().await.unwrap().insert_variant(&again).await));
        let mut tx = store.write().await.unwrap();
        tx.insert_audience("a4", &audience("other", "e1"), "[]", 1).await.unwrap();
        assert!(is_duplicate(tx.update_audience("a4", Some("same"), None, 2).await));
    })
    .await;
}

#[tokio::test]
async fn environments_are_listed_by_the_bytes_of_their_names() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        for name in ["b", "a-1", "B", "a_1", "a", "A1"] {
            environment(&mut tx, name).await;
        }
        let names = async |tx: &mut Tx, limit, offset| {
            let (rows, total) = tx.environments(limit, offset).await.unwrap();
            (rows.into_iter().map(|row| row.name).collect::<Vec<_>>(), total)
        };
        assert_eq!(
            names(&mut tx, 100, 0).await,
            (["A1", "B", "a", "a-1", "a_1", "b"].map(String::from).into(), 6)
        );
        assert_eq!(names(&mut tx, 2, 4).await, (["a_1", "b"].map(String::from).into(), 6));
        assert_eq!(names(&mut tx, 100, i64::MAX).await, (vec![], 6));
    })
    .await;
}

#[tokio::test]
async fn texts_come_back_as_they_were() {
    on_each_database(async |store| {
        let text = "quotes ' \" \\ é 日本 😀 \u{1}\t%_";
        let payload = r#"{"z":1.0,"a":12345678901234567890123,"e":1e2,"z":"\u0000 \ud83d\ude00"}"#;
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        experiment(&mut tx, "x", "e").await;
        let patch = ExperimentPatch {
            name: Some(text.to_owned()),
            description: Some(text.to_owned()),
            audience_id: None,
            targeting_rules: None,
        };
        tx.update_experiment("x", &patch, Some(r#"[{"conditions":[]}]"#), 3).await.unwrap();
        tx.insert_variant(&variant("v", "x", Some(payload))).await.unwrap();
        tx.commit().await.unwrap();

        let experiment = store.read().await.unwrap().experiment("x").await.unwrap().unwrap().value;
        assert_eq!((experiment.row.name.as_str(), experiment.row.description.as_deref()), (text, Some(text)));
        assert_eq!(experiment.row.targeting_rules.unwrap().get(), r#"[{"conditions":[]}]"#);
        assert_eq!(experiment.variants[0].payload.as_ref().unwrap().get(), payload);
        assert_eq!(experiment.row.created_at, "1970-01-01T00:00:00.002Z");
        assert_eq!(experiment.row.updated_at, "1970-01-01T00:00:00.003Z");
    })
    .await;
}

#[tokio::test]
async fn experiments_are_listed_newest_first_with_all_that_is_theirs() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e1").await;
        environment(&mut tx, "e2").await;
        tx.insert_audience("a", &audience("a", "e1"), "[]", 1).await.unwrap();
        for (id, environment_id) in [("x1", "e1"), ("x2", "e2"), ("x3", "e1")] {
            experiment(&mut tx, id, environment_id).await;
            for number in [2, 1] {
                tx.insert_variant(&variant(&format!("{id}-v{number}"), id, None)).await.unwrap();
            }
            let allocation = |number, range_start| {
                let variant_id = format!("{id}-v{number}");
                (
                    format!("{id}-{range_start}"),
                    AllocationRequest { variant_id, range_start, range_end: range_start },
                )
            };
            tx.replace_allocations(id, &[allocation(1, 9), allocation(2, 5)]).await.unwrap();
        }
        let attach = ExperimentPatch {
            name: None,
            description: None,
            audience_id: Some(Some("a".to_owned())),
            targeting_rules: None,
        };
        tx.update_experiment("x3", &attach, None, 9).await.unwrap();
        tx.update_status("x1", Status::Running, 5).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = store.read().await.unwrap();
        let mut list = async |environment_id, status, limit, offset| {
            let filter = ExperimentFilter { environment_id, status };
            let (rows, total) = tx.experiments(filter, limit, offset).await.unwrap();
            for row in &rows {
                let id = &row.row.id;
                let keys: Vec<_> = row.variants.iter().map(|variant| variant.key.clone()).collect();
                assert_eq!(keys, [format!("{id}-v2"), format!("{id}-v1")], "in the order of creation");
                let starts: Vec<_> =
                    row.allocations.iter().map(|allocation| allocation.range_start).collect();
                assert_eq!(starts, [9, 5], "in the order they were put");
                assert_eq!(row.environment.id, row.row.environment_id);
                assert_eq!(row.audience.as_ref().map(|audience| &audience.id), row.row.audience_id.as_ref());
            }
            (rows.into_iter().map(|row| row.row.id).collect::<Vec<_>>().join(" "), total)
        };
        assert_eq!(list(None, None, 10, 0).await, ("x3 x2 x1".to_owned(), 3));
        assert_eq!(list(None, None, 1, 1).await, ("x2".to_owned(), 3));
        assert_eq!(list(Some("e1"), None, 10, 0).await, ("x3 x1".to_owned(), 2));
        assert_eq!(list(Some("e1"), Some(Status::Running), 10, 0).await, ("x1".to_owned(), 1));
        assert_eq!(list(Some("none"), None, 10, 0).await, (String::new(), 0));
    })
    .await;
}

/// Experiments of those keys and names, changed one after the other.
async fn named_experiments(tx: &mut Tx, environment_id: &str, names: &[(&str, &str)]) {
    for (now, (key, name)) in (10..).zip(names) {
        experiment(tx, key, environment_id).await;
        let patch = ExperimentPatch {
            name: Some((*name).to_owned()),
            description: None,
            audience_id: None,
            targeting_rules: None,
        };
        tx.update_experiment(key, &patch, None, now).await.unwrap();
    }
}

/// The ids of those that a query finds.
async fn find(tx: &mut Tx, query: ExperimentQuery<'_>) -> String {
    let (rows, total) = tx.find_experiments(query, 10, 0).await.unwrap();
    assert_eq!(rows.len(), usize::try_from(total).unwrap());
    rows.into_iter().map(|row| row.id).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn experiments_are_found_by_what_their_names_and_keys_contain() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e1").await;
        environment(&mut tx, "e2").await;
        let names =
            [("a-1", "100 % of Carts"), ("b_2", "Cart! layout"), ("cart", "Größe"), ("d", "GRÖSSE \\ \"'")];
        named_experiments(&mut tx, "e1", &names).await;
        named_experiments(&mut tx, "e2", &[("x", "Carts")]).await;
        tx.update_status("b_2", Status::Running, 20).await.unwrap();

        let mut found = async |text| {
            let filter = ExperimentFilter { environment_id: Some("e1"), status: None };
            find(&mut tx, ExperimentQuery { filter, text: Some(text), ..Default::default() }).await
        };
        assert_eq!(found("cart").await, "a-1 cart b_2", "in names and keys");
        assert_eq!(found("CART").await, "a-1 cart b_2", "whatever the case");
        assert_eq!(found("%").await, "a-1", "literally");
        assert_eq!(found("_").await, "b_2", "literally");
        assert_eq!(found("t! l").await, "b_2", "literally");
        assert_eq!(found("\\").await, "d", "literally");
        assert_eq!(found("\"'").await, "d", "literally");
        assert_eq!(found("größe").await, "cart", "only letters from A to Z have cases");
        assert_eq!(found("GRÖß").await, "");
        let filter = ExperimentFilter { environment_id: None, status: Some(Status::Draft) };
        let query = ExperimentQuery { filter, text: Some("carts"), ..Default::default() };
        assert_eq!(find(&mut tx, query).await, "x a-1", "of any environment, and of one status");
    })
    .await;
}

#[tokio::test]
async fn experiments_are_sorted_by_what_is_asked_for_and_listed_in_pages() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        named_experiments(&mut tx, "e", &[("x1", "b"), ("x2", "C"), ("x3", "a"), ("x4", "B")]).await;
        tx.update_status("x3", Status::Running, 50).await.unwrap();
        tx.update_status("x1", Status::Archived, 40).await.unwrap();

        let by = |sort, descending| ExperimentQuery { sort, descending, ..Default::default() };
        assert_eq!(find(&mut tx, by(ExperimentSort::Name, false)).await, "x3 x4 x1 x2");
        assert_eq!(find(&mut tx, by(ExperimentSort::Name, true)).await, "x2 x4 x1 x3");
        assert_eq!(find(&mut tx, by(ExperimentSort::Status, false)).await, "x4 x2 x3 x1");
        assert_eq!(find(&mut tx, by(ExperimentSort::Status, true)).await, "x1 x3 x4 x2");
        assert_eq!(find(&mut tx, by(ExperimentSort::Updated, false)).await, "x2 x4 x1 x3");
        assert_eq!(find(&mut tx, by(ExperimentSort::Updated, true)).await, "x3 x1 x4 x2");

        for (id, experiment_id) in [("v2", "x2"), ("v1", "x2"), ("v3", "x4")] {
            tx.insert_variant(&variant(id, experiment_id, Some("{}"))).await.unwrap();
        }
        let allocation = |id: &str, variant_id: &str, range_start| {
            let variant_id = variant_id.to_owned();
            (id.to_owned(), AllocationRequest { variant_id, range_start, range_end: range_start })
        };
        tx.replace_allocations("x2", &[allocation("a1", "v1", 9), allocation("a2", "v2", 5)]).await.unwrap();
        let query = by(ExperimentSort::Updated, true);
        let (rows, total) = tx.find_experiments(query, 2, 2).await.unwrap();
        let ids: Vec<_> = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!((ids, total), (vec!["x4", "x2"], 4));
        let last = rows.last().unwrap();
        assert_eq!((last.environment.as_str(), last.status), ("e", Status::Draft));
        let name = |id: &str| VariantName { id: id.to_owned(), name: "Name".to_owned() };
        assert_eq!(last.variants, [name("v2"), name("v1")], "in the order of creation");
        let starts: Vec<_> = last.allocations.iter().map(|allocation| allocation.range_start).collect();
        assert_eq!(starts, [9, 5], "in the order they were put");
        assert!(tx.find_experiments(query, 2, 4).await.unwrap().0.is_empty(), "past the end");
    })
    .await;
}

#[tokio::test]
async fn a_deleted_audience_is_detached_and_raises_the_revision_of_its_experiments() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        tx.insert_audience("a", &audience("a", "e"), "[]", 1).await.unwrap();
        experiment(&mut tx, "x", "e").await;
        let attach = ExperimentPatch {
            name: None,
            description: None,
            audience_id: Some(Some("a".to_owned())),
            targeting_rules: None,
        };
        tx.update_experiment("x", &attach, None, 9).await.unwrap();
        assert!(!tx.audience_runs("a").await.unwrap());
        tx.update_status("x", Status::Running, 9).await.unwrap();
        assert!(tx.audience_runs("a").await.unwrap());
        let before = tx.experiment_row("x").await.unwrap().unwrap();
        tx.delete_audience("a").await.unwrap();
        let after = tx.experiment_row("x").await.unwrap().unwrap();
        assert_eq!((after.value.audience_id, after.revision), (None, before.revision + 1));
        assert_eq!(after.value.updated_at, before.value.updated_at);
    })
    .await;
}

#[tokio::test]
async fn what_belongs_to_something_deleted_goes_with_it() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        experiment(&mut tx, "x", "e").await;
        for id in ["v1", "v2"] {
            tx.insert_variant(&variant(id, "x", Some("{}"))).await.unwrap();
        }
        let allocation = |id: &str, start| {
            (
                format!("a-{id}"),
                AllocationRequest { variant_id: id.to_owned(), range_start: start, range_end: start },
            )
        };
        tx.replace_allocations("x", &[allocation("v1", 0), allocation("v2", 1)]).await.unwrap();
        tx.update_variant("v2", &VariantPatch { name: Some("New".to_owned()), payload: Some(None) })
            .await
            .unwrap();
        tx.delete_variant("v1").await.unwrap();
        let left = tx.experiment("x").await.unwrap().unwrap().value;
        assert_eq!(left.allocations.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["a-v2"]);
        assert_eq!((left.variants[0].name.as_str(), left.variants[0].payload.is_none()), ("New", true));
        tx.delete_experiment("x").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert!(tx.experiment("x").await.unwrap().is_none());
        assert!(tx.variants("x").await.unwrap().is_empty() && tx.allocations("x").await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn changes_to_an_environment_take_turns_and_are_numbered() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        assert_eq!(tx.begin_change("none").await.unwrap(), None);
        tx.commit().await.unwrap();

        let changes = (0..16).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut tx = store.write().await.unwrap();
                let change = tx.begin_change("e").await.unwrap().unwrap();
                tx.commit().await.unwrap();
                change.number
            })
        });
        let mut numbers = Vec::new();
        for change in changes.collect::<Vec<_>>() {
            numbers.push(change.await.unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=16).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn a_reader_sees_one_moment() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        tx.commit().await.unwrap();

        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.content("e").await.unwrap().changes, 0);
        let mut writer = store.write().await.unwrap();
        writer.begin_change("e").await.unwrap();
        experiment(&mut writer, "x", "e").await;
        writer.update_status("x", Status::Running, 1).await.unwrap();
        writer.commit().await.unwrap();
        let content = reader.content("e").await.unwrap();
        assert_eq!((content.changes, content.experiments.len()), (0, 0));
        drop(reader);
        let content = store.read().await.unwrap().content("e").await.unwrap();
        assert_eq!((content.changes, content.experiments.len()), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn content_holds_running_experiments_in_order_of_creation() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        environment(&mut tx, "other").await;
        for id in ["x2", "x1", "draft"] {
            experiment(&mut tx, id, "e").await;
            tx.insert_variant(&variant(&format!("{id}-v"), id, None)).await.unwrap();
        }
        experiment(&mut tx, "elsewhere", "other").await;
        for id in ["x1", "x2", "elsewhere"] {
            tx.update_status(id, Status::Running, 1).await.unwrap();
        }
        let content = tx.content("e").await.unwrap();
        let found: Vec<_> =
            content.experiments.iter().map(|x| (x.id.as_str(), x.variants[0].id.as_str())).collect();
        assert_eq!(found, [("x2", "x2-v"), ("x1", "x1-v")]);
    })
    .await;
}

#[tokio::test]
async fn one_owner_at_a_time_holds_a_lease() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        assert!(tx.lease("e", "a", 100, 200).await.unwrap());
        assert!(tx.lease("e", "a", 150, 250).await.unwrap(), "renewed");
        assert!(!tx.lease("e", "b", 249, 400).await.unwrap(), "held by another");
        assert!(tx.lease("e", "b", 250, 400).await.unwrap(), "run out");
        assert!(tx.lease("e", "a", -100_000, -99_000).await.unwrap(), "taken before the clock was put back");
        assert!(tx.lease("e", "b", 250, 400).await.unwrap());
        tx.release("e", "a").await.unwrap();
        assert!(!tx.lease("e", "a", 300, 500).await.unwrap(), "only the owner gives it back");
        tx.release("e", "b").await.unwrap();
        assert!(tx.lease("e", "a", 300, 500).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_version_is_pending_until_it_is_published_or_superseded() {
    on_each_database(async |store| {
        let version = |number, changes| Version {
            number,
            state: VersionState::Pending,
            snapshot: format!("{{\"version\":{number}}}"),
            changes,
            created_at: 5,
            created_by: Some("somebody".to_owned()),
            experiments: Some(3),
            restores: None,
        };
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        let change = tx.begin_change("e").await.unwrap().unwrap();
        assert!(tx.environments_to_publish().await.unwrap().is_empty());
        tx.mark_due("e", change, "somebody").await.unwrap();
        assert_eq!(tx.environments_to_publish().await.unwrap(), [("e".to_owned(), 1)]);

        assert_eq!(tx.highest_version("e").await.unwrap(), 0);
        tx.insert_pending("e", &version(1, 1)).await.unwrap();
        assert_eq!(tx.pending("e").await.unwrap(), Some(version(1, 1)));
        assert!(tx.mark_superseded("e", 1).await.unwrap());
        assert!(!tx.mark_superseded("e", 1).await.unwrap());
        assert_eq!(tx.pending("e").await.unwrap(), None);
        tx.mark_published("e", &version(1, 1)).await.unwrap();
        assert_eq!(tx.publish_state("e").await.unwrap().unwrap().1.published, 0, "it was given up before");

        tx.insert_pending("e", &version(7, 1)).await.unwrap();
        tx.mark_published("e", &version(7, 1)).await.unwrap();
        let state = tx.publish_state("e").await.unwrap().unwrap().1;
        assert_eq!((state.due, state.published, state.held_at), (1, 1, None));
        assert!(tx.environments_to_publish().await.unwrap().is_empty());
        assert_eq!(tx.highest_version("e").await.unwrap(), 7);
        assert_eq!(tx.newest_published("e").await.unwrap().unwrap().number, 7);
        assert_eq!(tx.version("e", 1).await.unwrap().unwrap().state, VersionState::Superseded);
        assert!(is_duplicate(tx.insert_pending("e", &version(7, 1)).await));
    })
    .await;
}

#[tokio::test]
async fn a_database_is_used_by_one_process_and_survives_being_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/deep/er/edgewise.db", directory.path().display());
    let store = Store::open(&url).await.unwrap();
    let problem = Store::open(&url).await.unwrap_err().to_string();
    assert!(problem.contains("another process uses the database"), "{problem}");
    let mut tx = store.write().await.unwrap();
    environment(&mut tx, "e").await;
    tx.commit().await.unwrap();
    store.close().await;
    drop(store);
    let store = Store::open(&url).await.unwrap();
    assert!(store.read().await.unwrap().environment("e").await.unwrap().is_some());
}

#[tokio::test]
async fn an_unknown_url_is_refused_with_what_to_use() {
    for url in ["mysql://localhost/x", "", "sqlite:", "/var/lib/edgewise.db"] {
        let problem = Store::open(url).await.unwrap_err().to_string();
        assert!(problem.contains("must begin with sqlite:// or postgres://"), "{problem}");
    }
}

#[tokio::test]
async fn an_audience_tells_which_experiments_use_it() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        for id in ["e1", "e2"] {
            environment(&mut tx, id).await;
        }
        for (id, environment_id) in [("a1", "e1"), ("a2", "e1"), ("a3", "e2")] {
            tx.insert_audience(id, &audience(id, environment_id), "[]", 1).await.unwrap();
        }
        let uses = [
            ("x1", "e1", "a1", Status::Archived),
            ("x2", "e1", "a1", Status::Running),
            ("x3", "e1", "a1", Status::Draft),
            ("x4", "e1", "a1", Status::Running),
            ("x5", "e2", "a3", Status::Paused),
        ];
        for (id, environment_id, audience_id, status) in uses {
            experiment(&mut tx, id, environment_id).await;
            let patch = ExperimentPatch {
                name: None,
                description: None,
                audience_id: Some(Some(audience_id.to_owned())),
                targeting_rules: None,
            };
            tx.update_experiment(id, &patch, None, 3).await.unwrap();
            tx.update_status(id, status, 4).await.unwrap();
        }
        let of = |uses: &HashMap<String, StatusCounts>, id: &str| {
            uses.get(id).map(|counts| (counts.of(Status::Running), counts.total()))
        };
        let all = tx.uses_of_audiences(None, 10, 0).await.unwrap();
        assert_eq!((of(&all, "a1"), of(&all, "a2"), of(&all, "a3")), (Some((2, 4)), None, Some((0, 1))));
        let first = tx.uses_of_audiences(Some("e1"), 1, 0).await.unwrap();
        assert_eq!(first.len(), 0, "the newest of the environment is not used");
        let second = tx.uses_of_audiences(Some("e1"), 1, 1).await.unwrap();
        assert_eq!((second.len(), of(&second, "a1")), (1, Some((2, 4))));

        let counts = tx.count_uses("a1").await.unwrap();
        assert_eq!((counts.of(Status::Running), counts.total()), (2, 4));
        let ids: Vec<String> =
            tx.experiments_of_audience("a1", 3).await.unwrap().into_iter().map(|row| row.id).collect();
        assert_eq!(ids, ["x4", "x2", "x3"]);
    })
    .await;
}

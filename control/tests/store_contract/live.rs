//! What is live of each experiment, and the time of its last change.

use edgewise_api::resources::{
    AllocationRequest, ExperimentPatch, ExperimentQuery, ExperimentSort, ExperimentSummary, Live, Status,
    VariantPatch, VersionState,
};
use edgewise_control::store::{LiveExperiment, Tx, Version};
use serde_json::value::RawValue;

use crate::fixtures::{audience, environment, experiment, on_each_database, variant};

/// An experiment as published, whose first variant has the buckets from 0 to `last`.
fn published(id: &str, last: u32) -> LiveExperiment {
    let split = format!(r#"[{{"variantId":"v","rangeStart":0,"rangeEnd":{last}}}]"#);
    LiveExperiment { id: id.to_owned(), split }
}

/// Marks a version of the environment `e` as published, as a release does that does not record what is live.
async fn publish(tx: &mut Tx, number: i64) {
    publish_of(tx, number, number, None).await;
}

/// Marks a version of the environment `e` as published, which includes `changes` changes, or restores an older version.
async fn publish_of(tx: &mut Tx, number: i64, changes: i64, restores: Option<i64>) {
    let version = Version {
        number,
        state: VersionState::Pending,
        snapshot: "{}".to_owned(),
        changes,
        created_at: 5,
        created_by: None,
        experiments: None,
        restores,
    };
    tx.insert_pending("e", &version).await.unwrap();
    assert!(tx.mark_published("e", &version).await.unwrap());
}

fn described(live: &Live) -> String {
    match live {
        Live::Unknown => "unknown".to_owned(),
        Live::Absent => "absent".to_owned(),
        Live::Present(live) => {
            let to: Vec<_> = live.split.iter().map(|range| range.range_end.to_string()).collect();
            let content = if live.content_differs { ", content changed" } else { "" };
            format!("in {} since {} to {}{content}", live.version, live.since, to.join(", "))
        }
    }
}

/// Returns all experiments by key, with what is live of them.
async fn listed(tx: &mut Tx) -> Vec<String> {
    let query = ExperimentQuery { sort: ExperimentSort::Name, ..Default::default() };
    let (rows, _) = tx.find_experiments(query, 10, 0).await.unwrap();
    let mut found = Vec::new();
    for row in rows {
        assert_eq!(tx.live_of(&row.id).await.unwrap().as_ref(), Some(&row.live), "of one experiment");
        found.push(format!("{} {}", row.id, described(&row.live)));
    }
    found.sort();
    found
}

#[tokio::test]
async fn lists_say_what_is_live_of_each_experiment_whatever_its_status() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        for id in ["x1", "x2"] {
            experiment(&mut tx, id, "e").await;
        }
        assert_eq!(listed(&mut tx).await, ["x1 absent", "x2 absent"], "nothing is live");
        publish(&mut tx, 3).await;
        tx.record_live("e", 3, &[published("x1", 9), published("gone", 9)]).await.unwrap();
        assert_eq!(listed(&mut tx).await, ["x1 in 3 since 3 to 9", "x2 absent"]);
        publish(&mut tx, 5).await;
        tx.record_live("e", 5, &[published("x1", 9), published("x2", 7)]).await.unwrap();
        assert_eq!(listed(&mut tx).await, ["x1 in 5 since 3 to 9", "x2 in 5 since 5 to 7"]);
        tx.record_live("e", 4, &[published("x1", 2)]).await.unwrap();
        assert_eq!(listed(&mut tx).await.len(), 2, "a newer version is live");
        for status in Status::ALL {
            tx.update_status("x1", status, 6).await.unwrap();
            assert_eq!(listed(&mut tx).await[0], "x1 in 5 since 3 to 9", "{status}");
        }
        publish(&mut tx, 6).await;
        tx.record_live("e", 6, &[]).await.unwrap();
        assert_eq!(listed(&mut tx).await, ["x1 absent", "x2 absent"]);
        assert_eq!(tx.live_of("none").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn what_is_live_is_unknown_after_an_earlier_release_published_until_it_is_recorded() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        experiment(&mut tx, "x", "e").await;
        publish(&mut tx, 1).await;
        assert_eq!(listed(&mut tx).await, ["x unknown"], "no version is recorded");
        assert_eq!(tx.environments_without_live_list().await.unwrap(), ["e"]);
        tx.record_live("e", 1, &[published("x", 4)]).await.unwrap();
        assert_eq!(listed(&mut tx).await, ["x in 1 since 1 to 4"]);
        publish(&mut tx, 2).await;
        assert_eq!(listed(&mut tx).await, ["x unknown"], "the record is of an older version");
    })
    .await;
}

#[tokio::test]
async fn an_overview_says_what_is_live_and_counts_deleted_experiments_that_are() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        for id in ["a", "e"] {
            environment(&mut tx, id).await;
        }
        for id in ["kept", "deleted"] {
            experiment(&mut tx, id, "e").await;
            tx.insert_variant(&variant(&format!("{id}-v"), id, None)).await.unwrap();
        }
        publish(&mut tx, 1).await;
        tx.record_live("e", 1, &[published("kept", 9), published("deleted", 9)]).await.unwrap();
        tx.delete_experiment("deleted").await.unwrap();
        let all = tx.overview(10, 0, 5).await.unwrap();
        let [a, e] = all.as_slice() else { panic!("there are two") };
        assert_eq!((a.deleted_but_live, a.changed.len(), e.deleted_but_live), (0, 0, 1));
        let [kept] = e.changed.as_slice() else { panic!("one is left") };
        assert_eq!((kept.environment.as_str(), described(&kept.live).as_str()), ("e", "in 1 since 1 to 9"));
        assert_eq!(kept.variants[0].id, "kept-v");
    })
    .await;
}

#[tokio::test]
async fn a_change_of_variants_or_allocations_is_the_last_change_but_leaves_the_time_of_the_update() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        for (id, now) in [("ramped", 10), ("renamed", 20)] {
            experiment(&mut tx, id, "e").await;
            tx.update_status(id, Status::Running, now).await.unwrap();
        }
        let order = async |tx: &mut Tx| {
            let query = ExperimentQuery { descending: true, ..Default::default() };
            let (rows, _) = tx.find_experiments(query, 10, 0).await.unwrap();
            let described = |row: ExperimentSummary| format!("{} {}", row.id, row.changed_at);
            let listed: Vec<_> = rows.into_iter().map(described).collect();
            let overview = tx.overview(1, 0, 5).await.unwrap().remove(0).changed;
            assert_eq!(overview.into_iter().map(described).collect::<Vec<_>>(), listed, "in the overview");
            listed
        };
        let at = |ms: &str| format!("1970-01-01T00:00:00.{ms}Z");
        assert_eq!(order(&mut tx).await, [format!("renamed {}", at("020")), format!("ramped {}", at("010"))]);

        tx.insert_variant(&variant("v", "ramped", None)).await.unwrap();
        let range = AllocationRequest { variant_id: "v".to_owned(), range_start: 0, range_end: 9 };
        tx.replace_allocations("ramped", &[("a".to_owned(), range)]).await.unwrap();
        tx.raise_experiment_revision("ramped", 30).await.unwrap();
        assert_eq!(order(&mut tx).await, [format!("ramped {}", at("030")), format!("renamed {}", at("020"))]);
        let ramped = tx.experiment_row("ramped").await.unwrap().unwrap().value;
        assert_eq!(ramped.updated_at, at("010"), "as the API shows it");

        tx.update_status("renamed", Status::Paused, 40).await.unwrap();
        assert_eq!(order(&mut tx).await[0], format!("renamed {}", at("040")));
    })
    .await;
}

/// Numbers a change of the environment `e`.
async fn begin(tx: &mut Tx) -> i64 {
    tx.begin_change("e").await.unwrap().unwrap().number
}

/// Publishes the experiments `x` and `y` with everything that was changed, and numbers the next change.
async fn publish_all(tx: &mut Tx) {
    let changes = begin(tx).await;
    publish(tx, changes).await;
    tx.record_live("e", changes, &[published("x", 9), published("y", 9)]).await.unwrap();
    assert_eq!(differing(tx).await, "", "all is live");
    begin(tx).await;
}

/// Returns the ids of the experiments whose content differs from what is live.
async fn differing(tx: &mut Tx) -> String {
    let rows = listed(tx).await;
    rows.iter().filter(|row| row.ends_with(", content changed")).map(|row| &row[..1]).collect()
}

/// A patch that changes nothing.
fn patch() -> ExperimentPatch {
    ExperimentPatch::from_body(b"{}").unwrap()
}

fn rules(attribute: &str) -> String {
    format!(r#"[{{"type":"exists","attribute":"{attribute}"}}]"#)
}

#[tokio::test]
async fn a_change_of_what_an_experiment_decides_is_not_live_until_a_version_includes_it() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        let (first, second) = (&rules("a"), &rules("b"));
        tx.insert_audience("a", &audience("a", "e"), first, 1).await.unwrap();
        let to_audience = ExperimentPatch { audience_id: Some(Some("a".to_owned())), ..patch() };
        for id in ["x", "y"] {
            experiment(&mut tx, id, "e").await;
            tx.insert_variant(&variant(&format!("{id}-v"), id, Some("1"))).await.unwrap();
            tx.update_experiment(id, &to_audience, None, 2).await.unwrap();
        }
        let payload = |json: &str| VariantPatch {
            name: None,
            payload: Some(Some(RawValue::from_string(json.to_owned()).unwrap())),
        };

        publish_all(&mut tx).await;
        let renamed = VariantPatch { name: Some("New".to_owned()), payload: None };
        tx.update_variant("x-v", &renamed).await.unwrap();
        tx.update_variant("x-v", &payload("1")).await.unwrap();
        let renamed = ExperimentPatch { name: Some("New".to_owned()), ..patch() };
        tx.update_experiment("x", &renamed, Some("[]"), 3).await.unwrap();
        tx.update_experiment("x", &to_audience, None, 3).await.unwrap();
        tx.update_audience("a", Some("b"), Some(first), 3).await.unwrap();
        tx.update_status("x", Status::Running, 3).await.unwrap();
        assert_eq!(differing(&mut tx).await, "", "names, and what is the same as before");

        tx.update_variant("x-v", &payload("2")).await.unwrap();
        assert_eq!(differing(&mut tx).await, "x", "a payload");
        publish_all(&mut tx).await;
        tx.update_experiment("y", &patch(), Some(second), 3).await.unwrap();
        assert_eq!(differing(&mut tx).await, "y", "rules");
        publish_all(&mut tx).await;
        tx.update_audience("a", None, Some(second), 3).await.unwrap();
        assert_eq!(differing(&mut tx).await, "xy", "the rules of the audience of both");
        publish_all(&mut tx).await;
        tx.insert_variant(&variant("x-w", "x", None)).await.unwrap();
        tx.mark_variants_added("x").await.unwrap();
        assert_eq!(differing(&mut tx).await, "x", "another variant");
        publish_all(&mut tx).await;
        tx.delete_variant("x-w").await.unwrap();
        assert_eq!(differing(&mut tx).await, "x", "a variant less");
        publish_all(&mut tx).await;
        let without = ExperimentPatch { audience_id: Some(None), ..patch() };
        tx.update_experiment("x", &without, None, 3).await.unwrap();
        assert_eq!(differing(&mut tx).await, "x", "another audience");
        publish_all(&mut tx).await;
        tx.delete_audience("a").await.unwrap();
        assert_eq!(differing(&mut tx).await, "y", "no audience");
    })
    .await;
}

#[tokio::test]
async fn after_a_rollback_the_changes_since_the_restored_version_are_not_live() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        experiment(&mut tx, "x", "e").await;
        let live = [published("x", 9)];
        let changes = begin(&mut tx).await;
        publish_of(&mut tx, 1, changes, None).await;
        let changes = begin(&mut tx).await;
        tx.update_experiment("x", &patch(), Some(&rules("a")), 3).await.unwrap();
        publish_of(&mut tx, 2, changes, None).await;
        tx.record_live("e", 2, &live).await.unwrap();
        assert_eq!(listed(&mut tx).await, ["x in 2 since 2 to 9"]);

        for (version, restored, expected) in
            [(3, 1, "x in 3 since 2 to 9, content changed"), (4, 2, "x in 4 since 2 to 9")]
        {
            let changes = begin(&mut tx).await;
            publish_of(&mut tx, version, changes, Some(restored)).await;
            tx.record_live("e", version, &live).await.unwrap();
            assert_eq!(listed(&mut tx).await, [expected]);
        }
    })
    .await;
}

#[tokio::test]
async fn an_overview_counts_what_runs_but_is_not_live_and_what_is_live_but_stopped() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        for id in ["a", "e"] {
            environment(&mut tx, id).await;
        }
        for (id, status) in [
            ("started", Status::Running),
            ("live", Status::Running),
            ("paused", Status::Paused),
            ("long-paused", Status::Paused),
            ("archived", Status::Archived),
        ] {
            experiment(&mut tx, id, "e").await;
            tx.update_status(id, status, 2).await.unwrap();
        }
        let counted = async |tx: &mut Tx| {
            let overview = tx.overview(10, 0, 5).await.unwrap();
            let [a, e] = overview.as_slice() else { panic!("there are two") };
            assert_eq!(a.not_as_saved.total(), 0);
            [Status::Running, Status::Draft, Status::Paused, Status::Archived]
                .map(|status| e.not_as_saved.of(status))
        };
        assert_eq!(counted(&mut tx).await, [2, 0, 0, 0], "nothing is live");
        publish(&mut tx, 1).await;
        assert_eq!(counted(&mut tx).await, [0, 0, 0, 0], "it is not known what is live");
        let live = ["live", "paused", "archived"].map(|id| published(id, 9));
        tx.record_live("e", 1, &live).await.unwrap();
        assert_eq!(counted(&mut tx).await, [1, 0, 1, 1]);
    })
    .await;
}

//! Transactions, constraints, texts, and opening a database.

use edgewise_api::resources::{AllocationRequest, ExperimentPatch, Status, VariantPatch};
use edgewise_control::store::{NumberedChange, Store};

use crate::fixtures::{audience, environment, experiment, is_duplicate, on_each_database, variant};

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "a").await;
        drop(tx);
        assert!(store.read().await.unwrap().environment("a").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_read_transaction_sees_one_snapshot() {
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
        assert_eq!((content.changes, content.experiments.count()), (0, 0));
        drop(reader);
        let content = store.read().await.unwrap().content("e").await.unwrap();
        assert_eq!((content.changes, content.experiments.count()), (1, 1));
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
async fn texts_are_read_as_they_were_written() {
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
async fn deleting_an_experiment_or_a_variant_deletes_its_parts() {
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
async fn a_change_of_a_row_that_does_not_exist_is_an_error() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        let patch = ExperimentPatch {
            name: Some("New".to_owned()),
            description: None,
            audience_id: Some(None),
            targeting_rules: None,
        };
        assert!(tx.update_experiment("none", &patch, None, 1).await.is_err());
        assert!(tx.update_status("none", Status::Running, 1).await.is_err());
        assert!(tx.delete_experiment("none").await.is_err());
        let name = VariantPatch { name: Some("New".to_owned()), payload: None };
        assert!(tx.update_variant("none", &name).await.is_err());
        let payload = VariantPatch { name: None, payload: Some(None) };
        assert!(tx.update_variant("none", &payload).await.is_err());
        assert!(tx.delete_variant("none").await.is_err());
        assert!(tx.update_audience("none", Some("New"), None, 1).await.is_err());
        assert!(tx.delete_audience("none").await.is_err());
        assert!(tx.hold("none", Some(1)).await.is_err());
        let change = tx.begin_change("e").await.unwrap().unwrap();
        let elsewhere = NumberedChange { environment_id: "none".to_owned(), ..change };
        assert!(tx.mark_due(&elsewhere, "somebody").await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_change_is_numbered_by_the_environment_of_its_resource() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        for id in ["e1", "e2"] {
            environment(&mut tx, id).await;
        }
        tx.insert_audience("a", &audience("a", "e2"), "[]", 1).await.unwrap();
        experiment(&mut tx, "x", "e2").await;
        let by_audience = tx.begin_audience_change("a").await.unwrap().unwrap();
        assert_eq!((by_audience.environment_id.as_str(), by_audience.number), ("e2", 1));
        let by_experiment = tx.begin_experiment_change("x").await.unwrap().unwrap();
        assert_eq!((by_experiment.environment_id.as_str(), by_experiment.number), ("e2", 2));
        assert_eq!(tx.begin_audience_change("x").await.unwrap(), None);
        assert_eq!(tx.begin_experiment_change("a").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_database_file_is_locked_by_one_process_and_can_be_reopened() {
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
async fn an_unknown_url_is_rejected_with_the_supported_ones() {
    for url in ["mysql://localhost/x", "", "sqlite:", "/var/lib/edgewise.db"] {
        let problem = Store::open(url).await.unwrap_err().to_string();
        assert!(problem.contains("must begin with sqlite:// or postgres://"), "{problem}");
    }
}

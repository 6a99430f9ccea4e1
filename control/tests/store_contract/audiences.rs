//! Audiences and the experiments that use them.

use std::collections::HashMap;

use edgewise_api::resources::{AudienceFilter, ExperimentPatch, Status, StatusCounts};

use crate::fixtures::{audience, environment, experiment, on_each_database};

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
        assert!(!tx.has_running_experiment("a").await.unwrap());
        tx.update_status("x", Status::Running, 9).await.unwrap();
        assert!(tx.has_running_experiment("a").await.unwrap());
        let before = tx.experiment_row("x").await.unwrap().unwrap();
        tx.delete_audience("a").await.unwrap();
        let after = tx.experiment_row("x").await.unwrap().unwrap();
        assert_eq!((after.value.audience_id, after.revision), (None, before.revision + 1));
        assert_eq!(after.value.updated_at, before.value.updated_at);
    })
    .await;
}

#[tokio::test]
async fn uses_of_audiences_are_counted_and_listed() {
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
        let all = tx.count_uses_by_audience(AudienceFilter::default(), 10, 0).await.unwrap();
        assert_eq!((of(&all, "a1"), of(&all, "a2"), of(&all, "a3")), (Some((2, 4)), None, Some((0, 1))));
        let of_e1 = AudienceFilter { environment_id: Some("e1"), search: None };
        let first = tx.count_uses_by_audience(of_e1, 1, 0).await.unwrap();
        assert_eq!(first.len(), 0, "the newest of the environment is not used");
        let second = tx.count_uses_by_audience(of_e1, 1, 1).await.unwrap();
        assert_eq!((second.len(), of(&second, "a1")), (1, Some((2, 4))));

        let counts = tx.count_uses("a1").await.unwrap();
        assert_eq!((counts.of(Status::Running), counts.total()), (2, 4));
        let ids: Vec<String> =
            tx.experiments_of_audience("a1", 3).await.unwrap().into_iter().map(|row| row.id).collect();
        assert_eq!(ids, ["x4", "x2", "x3"]);
    })
    .await;
}

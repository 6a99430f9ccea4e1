//! Lists of experiments.

use edgewise_api::resources::{AllocationRequest, ExperimentFilter, ExperimentPatch, Status};

use crate::fixtures::{audience, environment, experiment, on_each_database, variant};

#[tokio::test]
async fn experiments_are_listed_newest_first_with_their_parts() {
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
            let filter = ExperimentFilter { environment_id, status, search: None };
            let (rows, total) = tx.experiments(filter, limit, offset).await.unwrap();
            for row in &rows {
                let id = &row.row.id;
                let keys: Vec<_> = row.variants.iter().map(|variant| variant.key.clone()).collect();
                assert_eq!(keys, [format!("{id}-v2"), format!("{id}-v1")], "in the order of creation");
                let starts: Vec<_> =
                    row.allocations.iter().map(|allocation| allocation.range_start).collect();
                assert_eq!(starts, [9, 5], "in the order of the request");
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

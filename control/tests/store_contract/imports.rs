//! Reading what an import meets.

use edgewise_api::resources::AllocationRequest;

use crate::fixtures::{audience, environment, experiment, on_each_database, variant};

#[tokio::test]
async fn the_ids_in_use_are_those_of_resources_of_every_kind() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        tx.insert_audience("a", &audience("a", "e"), "[]", 1).await.unwrap();
        experiment(&mut tx, "x", "e").await;
        tx.insert_variant(&variant("v", "x", None)).await.unwrap();
        let range = AllocationRequest { variant_id: "v".to_owned(), range_start: 0, range_end: 9 };
        tx.replace_allocations("x", &[("r".to_owned(), range)]).await.unwrap();

        // More ids than one statement has.
        let unused = (0..100).map(|number| format!("unused-{number}"));
        let ids: Vec<String> = ["e", "a", "x"].map(String::from).into_iter().chain(unused).collect();
        let ids: Vec<String> = ids.into_iter().chain(["v", "r"].map(String::from)).collect();
        let mut used: Vec<_> = tx.ids_in_use(&ids).await.unwrap().into_iter().collect();
        used.sort();
        assert_eq!(used, ["a", "e", "r", "v", "x"]);
        assert!(tx.ids_in_use(&["none".to_owned()]).await.unwrap().is_empty());
        assert!(tx.ids_in_use(&[]).await.unwrap().is_empty());
    })
    .await;
}

//! Searching and sorting experiments.

use edgewise_api::resources::{
    AllocationRequest, AudienceFilter, ExperimentFilter, ExperimentPatch, ExperimentQuery, ExperimentSort,
    Status, VariantName,
};
use edgewise_api::search::Search;
use edgewise_control::store::Tx;

use crate::fixtures::{audience, environment, experiment, on_each_database, variant};

/// Creates experiments with these keys and names, each changed later than the one before.
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

/// Returns the ids of the experiments that a query finds.
async fn find(tx: &mut Tx, query: ExperimentQuery<'_>) -> String {
    let (rows, total) = tx.find_experiments(query, 10, 0).await.unwrap();
    assert_eq!(rows.len(), usize::try_from(total).unwrap());
    rows.into_iter().map(|row| row.id).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn experiments_are_found_by_parts_of_their_names_and_keys() {
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
            let search = Search::parse(text).unwrap();
            let filter =
                ExperimentFilter { environment_id: Some("e1"), status: None, search: search.as_ref() };
            let found = find(&mut tx, ExperimentQuery { filter, ..Default::default() }).await;
            let (rows, total) = tx.experiments(filter, 10, 0).await.unwrap();
            let mut ids: Vec<_> = rows.into_iter().map(|row| row.row.id).collect();
            let mut same: Vec<_> = found.split_whitespace().map(str::to_owned).collect();
            ids.sort();
            same.sort();
            assert_eq!((ids.len(), &ids), (usize::try_from(total).unwrap(), &same), "both lists");
            found
        };
        assert_eq!(found("cart").await, "a-1 cart b_2", "in names and keys");
        assert_eq!(found("CART").await, "a-1 cart b_2", "whatever the case");
        assert_eq!(found("%").await, "a-1", "literally");
        assert_eq!(found("_").await, "b_2", "literally");
        assert_eq!(found("t!").await, "b_2", "literally");
        assert_eq!(found("\\").await, "d", "literally");
        assert_eq!(found("\"'").await, "d", "literally");
        assert_eq!(found("größe").await, "cart d", "whatever the case, of all letters");
        assert_eq!(found("GRÖß").await, "cart d");
        assert_eq!(found("layout cart").await, "b_2", "all words, in any order");
        assert_eq!(found("b_2 cart").await, "b_2", "one word in the key, one in the name");
        assert_eq!(found("layout carts").await, "");
        assert_eq!(found("outb").await, "", "no word goes on from the name into the key");
        assert_eq!(found("a a a a a a a 1").await, "a-1", "eight words");
        let search = Search::parse("carts").unwrap();
        let filter =
            ExperimentFilter { environment_id: None, status: Some(Status::Draft), search: search.as_ref() };
        let query = ExperimentQuery { filter, ..Default::default() };
        assert_eq!(find(&mut tx, query).await, "x a-1", "of any environment, and of one status");

        let renamed = ExperimentPatch {
            name: Some("ÜBER".to_owned()),
            description: None,
            audience_id: None,
            targeting_rules: None,
        };
        tx.update_experiment("a-1", &renamed, None, 30).await.unwrap();
        let over = Search::parse("über a-1").unwrap();
        let filter = ExperimentFilter { search: over.as_ref(), ..Default::default() };
        assert_eq!(find(&mut tx, ExperimentQuery { filter, ..Default::default() }).await, "a-1");
    })
    .await;
}

#[tokio::test]
async fn experiments_are_sorted_as_requested_and_listed_in_pages() {
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
        assert_eq!(starts, [9, 5], "in the order of the request");
        assert!(tx.find_experiments(query, 2, 4).await.unwrap().0.is_empty(), "past the end");
    })
    .await;
}

#[tokio::test]
async fn environments_and_audiences_are_found_by_the_words_of_their_names() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        for name in ["prod-eu", "prod-us", "staging"] {
            environment(&mut tx, name).await;
        }
        tx.insert_audience("a1", &audience("Große Kunden", "prod-eu"), "[]", 1).await.unwrap();
        tx.insert_audience("a2", &audience("Kunden", "prod-us"), "[]", 1).await.unwrap();
        tx.insert_audience("a3", &audience("Old", "prod-us"), "[]", 1).await.unwrap();
        tx.update_audience("a3", Some("GROSSE Händler"), None, 2).await.unwrap();
        let mut environments = async |text| {
            let search = Search::parse(text).unwrap();
            let (rows, total) = tx.environments(search.as_ref(), 10, 0).await.unwrap();
            (rows.into_iter().map(|row| row.name).collect::<Vec<_>>().join(" "), total)
        };
        assert_eq!(environments("US prod").await, ("prod-us".to_owned(), 1));
        assert_eq!(environments("").await, ("prod-eu prod-us staging".to_owned(), 3));
        let mut audiences = async |environment_id, text| {
            let search = Search::parse(text).unwrap();
            let filter = AudienceFilter { environment_id, search: search.as_ref() };
            let (rows, total) = tx.audiences(filter, 10, 0).await.unwrap();
            (rows.into_iter().map(|row| row.id).collect::<Vec<_>>().join(" "), total)
        };
        assert_eq!(audiences(None, "große").await, ("a3 a1".to_owned(), 2));
        assert_eq!(audiences(None, "kunden GROSSE").await, ("a1".to_owned(), 1));
        assert_eq!(audiences(Some("prod-us"), "kunden").await, ("a2".to_owned(), 1));
        assert_eq!(audiences(None, "old").await, (String::new(), 0), "renamed");
    })
    .await;
}

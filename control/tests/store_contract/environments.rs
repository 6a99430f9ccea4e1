//! Environments and the numbers of their changes.

use edgewise_control::store::Tx;

use crate::fixtures::{environment, on_each_database};

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
async fn changes_of_an_environment_are_serialized_and_numbered() {
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

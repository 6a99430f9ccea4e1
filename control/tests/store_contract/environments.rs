//! Environments and the numbers of their changes.

use edgewise_api::resources::{Status, VersionState};
use edgewise_control::store::{EnvironmentOverview, Tx, Version};

use crate::fixtures::{environment, experiment, on_each_database};

#[tokio::test]
async fn environments_are_listed_by_the_bytes_of_their_names() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        for name in ["b", "a-1", "B", "a_1", "a", "A1"] {
            environment(&mut tx, name).await;
        }
        let names = async |tx: &mut Tx, limit, offset| {
            let (rows, total) = tx.environments(None, limit, offset).await.unwrap();
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
async fn an_overview_shows_the_state_of_each_environment_of_a_page() {
    on_each_database(async |store| {
        let version = |number, state, changes, restores| Version {
            number,
            state,
            snapshot: "{}".to_owned(),
            changes,
            created_at: number,
            created_by: None,
            experiments: None,
            restores,
        };
        let mut tx = store.write().await.unwrap();
        for name in ["a", "b", "c"] {
            environment(&mut tx, name).await;
            for number in 0..3 {
                experiment(&mut tx, &format!("{name}{number}"), name).await;
            }
        }
        tx.update_status("b1", Status::Running, 50).await.unwrap();
        let change = tx.begin_change("b").await.unwrap().unwrap();
        tx.mark_due(&change, "somebody").await.unwrap();
        tx.hold("b", Some(70)).await.unwrap();
        for (number, changes, restores) in [(1, 1, None), (2, 4, None), (3, 5, Some(1))] {
            let version = version(number, VersionState::Pending, changes, restores);
            tx.insert_pending("b", &version).await.unwrap();
            tx.mark_published("b", &version).await.unwrap();
        }
        for number in [4, 5] {
            tx.insert_pending("b", &version(number, VersionState::Pending, 6, None)).await.unwrap();
        }
        let all = tx.overview(10, 0, 2).await.unwrap();
        let names: Vec<_> = all.iter().map(|one| one.environment.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        let [a, b, _] = all.as_slice() else { panic!("there are three") };
        let live = b.live.unwrap();
        assert_eq!((live.number, live.changes, live.restored), (3, 5, Some(1)));
        assert_eq!((b.pending, b.latest.as_ref().map(|latest| latest.version)), (Some(4), Some(5)));
        assert_eq!((b.state.due, b.state.published, b.state.held_at), (1, 5, Some(70)));
        let counts = (b.experiments.of(Status::Running), b.experiments.of(Status::Draft));
        assert_eq!(counts, (1, 2));
        let changed = |one: &EnvironmentOverview| {
            one.changed.iter().map(|row| row.id.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!((changed(b).as_str(), changed(a).as_str()), ("b1 b2", "a2 a1"));
        assert!(a.live.is_none() && a.latest.is_none() && a.pending.is_none());

        let second = tx.overview(1, 1, 9).await.unwrap();
        let [only] = second.as_slice() else { panic!("a page of one") };
        assert_eq!((only.environment.name.as_str(), changed(only).as_str()), ("b", "b1 b2 b0"));
        assert!(tx.overview(10, 3, 2).await.unwrap().is_empty(), "past the end");
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

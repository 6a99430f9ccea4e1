//! Content, leases and versions.

use edgewise_api::resources::{Status, VersionState};
use edgewise_control::store::Version;

use crate::fixtures::{environment, experiment, is_duplicate, on_each_database, variant};

#[tokio::test]
async fn content_has_running_experiments_in_order_of_creation() {
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
        let content = tx.content("e").await.unwrap().experiments.read().unwrap();
        let found: Vec<_> = content.iter().map(|x| (x.id.as_str(), x.variants[0].id.as_str())).collect();
        assert_eq!(found, [("x2", "x2-v"), ("x1", "x1-v")]);
    })
    .await;
}

#[tokio::test]
async fn one_owner_at_a_time_holds_a_lease() {
    on_each_database(async |store| {
        let mut tx = store.write().await.unwrap();
        environment(&mut tx, "e").await;
        assert!(tx.acquire_lease("e", "a", 100, 200).await.unwrap());
        assert!(tx.acquire_lease("e", "a", 150, 250).await.unwrap(), "renewed");
        assert!(!tx.acquire_lease("e", "b", 249, 400).await.unwrap(), "held by another");
        assert!(tx.acquire_lease("e", "b", 250, 400).await.unwrap(), "expired");
        assert!(
            tx.acquire_lease("e", "a", -100_000, -99_000).await.unwrap(),
            "acquired before the clock was set back"
        );
        assert!(tx.acquire_lease("e", "b", 250, 400).await.unwrap());
        tx.release_lease("e", "a").await.unwrap();
        assert!(!tx.acquire_lease("e", "a", 300, 500).await.unwrap(), "only the owner releases it");
        tx.release_lease("e", "b").await.unwrap();
        assert!(tx.acquire_lease("e", "a", 300, 500).await.unwrap());
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
        tx.mark_due(&change, "somebody").await.unwrap();
        assert_eq!(tx.environments_to_publish().await.unwrap(), [("e".to_owned(), 1)]);

        assert_eq!(tx.highest_version("e").await.unwrap(), 0);
        tx.insert_pending("e", &version(1, 1)).await.unwrap();
        assert_eq!(tx.pending("e").await.unwrap(), Some(version(1, 1)));
        assert!(tx.mark_superseded("e", 1).await.unwrap());
        assert!(!tx.mark_superseded("e", 1).await.unwrap());
        assert_eq!(tx.pending("e").await.unwrap(), None);
        tx.mark_published("e", &version(1, 1)).await.unwrap();
        assert_eq!(tx.publish_state("e").await.unwrap().unwrap().1.published, 0, "superseded before");

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

//! The number of statements that a read takes. The only test of its binary, because it counts all statements.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use edgewise_api::resources::{ExperimentCreate, ExperimentQuery};
use edgewise_control::store::Store;
use edgewise_database::contract_tests::on_each_database;
use tracing::{
    Event, Metadata, Subscriber,
    span::{Attributes, Id, Record},
};

/// Counts the statements that `sqlx` logs.
struct Statements(Arc<AtomicUsize>);

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn overviews_and_lists_take_as_many_statements_for_many_rows_as_for_one() {
    let count = Arc::new(AtomicUsize::new(0));
    tracing::subscriber::set_global_default(Statements(count.clone())).unwrap();
    on_each_database(async |url| {
        let store = Store::open(url).await.unwrap();
        let with_environments = async |names: std::ops::Range<u32>| {
            let mut tx = store.write().await.unwrap();
            for name in names {
                let (environment, id) = (format!("e{name}"), format!("x{name}"));
                tx.insert_environment(&environment, &environment, 1).await.unwrap();
                let body = format!(r#"{{"key":"{id}","name":"{id}","environmentId":"{environment}"}}"#);
                let request = ExperimentCreate::from_body(body.as_bytes()).unwrap();
                tx.insert_experiment(&id, "salt", &request, None, 1).await.unwrap();
            }
            tx.commit().await.unwrap();
            let mut tx = store.read().await.unwrap();
            let before = count.load(Ordering::SeqCst);
            let found = tx.overview(100, 0, 5).await.unwrap().len();
            let of_overview = count.load(Ordering::SeqCst) - before;
            let (listed, _) = tx.find_experiments(ExperimentQuery::default(), 100, 0).await.unwrap();
            (found, listed.len(), of_overview, count.load(Ordering::SeqCst) - before - of_overview)
        };
        let (found, listed, of_overview, of_list) = with_environments(0..1).await;
        assert!(found == 1 && listed == 1 && of_overview > 0 && of_list > 0);
        assert_eq!(with_environments(1..40).await, (40, 40, of_overview, of_list));
        store.close().await;
    })
    .await;
}

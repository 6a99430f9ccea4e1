//! The database goes away and comes back.

use std::thread;

use serde_json::{Value, json};

use crate::{
    client::Reply,
    planes::eventually,
    scene::{Published, published},
};

use super::{cluster::Cluster, observer::Observer, stack::Stack, subject::Subject};

#[test]
fn a_database_that_goes_away_and_comes_back_costs_nothing_but_the_time() {
    let cluster = Cluster::start();
    let stack = Stack::on(cluster.url());
    let control = stack.start("control");
    let decide = stack.start("decide");
    let subject = Subject::new(&control.api);
    let store = stack.store();
    let observer = Observer::start(stack.store(), &subject.environment);
    assert_eq!(subject.decided(&decide.api), (1, 0));

    // It goes in the middle of changes.
    let acknowledged = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let made = |n: &u64| {
                let reply = subject.set(&control.api, *n);
                if reply.status == 200 {
                    return true;
                }
                assert_unavailable(&reply);
                false
            };
            (1..).take_while(made).last()
        });
        eventually("changes are made", || (store.version(&subject.environment) > 3).then_some(()));
        cluster.crash();
        writer.join().unwrap().unwrap()
    });

    let decided = subject.decided(&decide.api);
    assert!(decided.1 >= 1, "{decided:?}");
    thread::scope(|scope| {
        let asked = [
            scope.spawn(|| control.api.get("/experiments")),
            scope.spawn(|| control.api.post("/environments", &json!({"name": "never"}))),
            scope.spawn(|| control.api.request("POST", &format!("{}/publish", subject.experiment)).send()),
            scope.spawn(|| subject.set(&control.api, 1_000_000)),
        ];
        for reply in asked {
            assert_unavailable(&reply.join().unwrap());
        }
    });
    for path in ["/ready", "/health"] {
        assert_eq!(control.api.get(path).status, 503);
        assert_eq!(decide.api.get(path).status, 200);
    }
    let now = subject.decided(&decide.api);
    assert!(now >= decided, "{now:?} after {decided:?}");

    cluster.start_again();
    eventually("the plane is ready", || (control.api.get("/ready").status == 200).then_some(()));
    stack.history(&subject.environment_id).settle();
    let kept = subject.kept(&control.api);
    // The last change may have been made although its answer was lost.
    assert!([acknowledged, acknowledged + 1].contains(&kept), "{kept} is not {acknowledged}");
    assert_eq!(subject.live(&store), kept);
    let names: Vec<Value> = control.api.get("/environments").is(200)["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].clone())
        .collect();
    assert_eq!(names, [json!(subject.environment)]);
    let next = kept + 1;
    assert_eq!(published(&subject.set(&control.api, next)), Published::Live);
    eventually("it is decided by", || (subject.decided(&decide.api).1 == next).then_some(()));
    let history = stack.history(&subject.environment_id);
    history.check(&store, &subject.environment, &observer.finish());
}

/// Checks that a request was answered as it must be while the database is away.
#[track_caller]
fn assert_unavailable(reply: &Reply) {
    reply.error_naming(503, "database");
}

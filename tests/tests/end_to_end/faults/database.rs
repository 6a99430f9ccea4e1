//! The database fails and recovers.

use std::{net::ToSocketAddrs, thread};

use edgewise_tests::services::fresh_database;
use serde_json::{Value, json};

use crate::{client::Reply, planes::eventually};

use super::{
    cluster::Cluster, history::History, observer::Observer, stack::Stack, subject::Subject, wire::Wire,
};

#[test]
fn a_restart_of_the_database_loses_no_acknowledged_change() {
    let cluster = Cluster::start();
    let stack = Stack::on(cluster.url());
    let control = stack.start("control");
    let decide = stack.start("decide");
    let subject = Subject::new(&control.api);
    let store = stack.store();
    let observer = Observer::start(stack.store(), &subject.environment);
    assert_eq!(subject.decided(&decide.api), (1, 0));

    // The database crashes while a writer makes changes.
    let acknowledged = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let is_acknowledged = |n: &u64| {
                let reply = subject.set(&control.api, *n);
                if reply.status == 200 {
                    return true;
                }
                assert_unavailable(&reply);
                false
            };
            (1..).take_while(is_acknowledged).last()
        });
        eventually("changes are made", || (store.version(&subject.environment) > 3).then_some(()));
        cluster.crash();
        writer.join().unwrap().unwrap()
    });

    let decided = subject.decided(&decide.api);
    assert!(decided.1 >= 1, "{decided:?}");
    thread::scope(|scope| {
        let requests = [
            scope.spawn(|| control.api.get("/experiments")),
            scope.spawn(|| control.api.post("/environments", &json!({"name": "never"}))),
            scope.spawn(|| control.api.request("POST", &format!("{}/publish", subject.experiment)).send()),
            scope.spawn(|| subject.set(&control.api, 1_000_000)),
        ];
        for request in requests {
            assert_unavailable(&request.join().unwrap());
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
    let saved = subject.saved(&control.api);
    // The last change may have been committed although its response was lost.
    assert!([acknowledged, acknowledged + 1].contains(&saved), "{saved} is not {acknowledged}");
    assert_eq!(subject.live(&store), saved);
    let names: Vec<Value> = control.api.get("/environments").is(200)["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].clone())
        .collect();
    assert_eq!(names, [json!(subject.environment)]);
    let next = saved + 1;
    subject.publish(&control.api, next);
    eventually("decisions use the change", || (subject.decided(&decide.api).1 == next).then_some(()));
    let history = stack.history(&subject.environment_id);
    history.check(&store, &subject.environment, &observer.finish());
}

#[test]
fn changes_on_a_hanging_database_are_503_and_leave_no_partial_change() {
    /// The number of writers, which is higher than the number of connections of a process.
    const WRITERS: u64 = 32;
    /// The number of connections of a process.
    const WAITING: i64 = 16;

    let database = fresh_database().unwrap();
    let (before, rest) = database.url().split_once('@').unwrap();
    let (server, name) = rest.split_once('/').unwrap();
    let wire = Wire::start(server.to_socket_addrs().unwrap().next().unwrap());
    let stack = Stack::on(format!("{before}@{}/{name}", wire.address()));
    let (control, decide) = (stack.start("control"), stack.start("decide"));
    let subject = Subject::new(&control.api);
    assert_eq!(subject.decided(&decide.api), (1, 0));
    let history = History::new(database.url(), &subject.environment_id);

    thread::scope(|scope| {
        // All connections wait for a lock in a transaction, and the messages of the server do not arrive any more.
        let mut lock = history.lock();
        let (subject, api) = (&subject, &control.api);
        let set = |n| scope.spawn(move || subject.set(api, n));
        let writers: Vec<_> = (1..=WRITERS).map(set).collect();
        eventually("all connections wait", || (lock.waiting() >= WAITING).then_some(()));
        wire.block();
        for writer in writers {
            assert_unavailable(&writer.join().unwrap());
        }
        drop(lock);
    });
    assert_unavailable(&control.api.get("/experiments"));
    for path in ["/ready", "/health"] {
        assert_eq!(control.api.get(path).status, 503);
        assert_eq!(decide.api.get(path).status, 200);
    }
    assert_eq!(subject.decided(&decide.api), (1, 0));

    wire.unblock();
    eventually("the plane is ready", || (control.api.get("/ready").status == 200).then_some(()));
    assert_eq!(subject.saved(&control.api), 0, "no change was committed");
    subject.publish(&control.api, 100);
    eventually("decisions use the change", || (subject.decided(&decide.api) == (2, 100)).then_some(()));
}

/// Checks the response to a request while the database is not available.
#[track_caller]
fn assert_unavailable(reply: &Reply) {
    reply.error_naming(503, "database");
}

//! The database goes away and comes back.

use std::{net::ToSocketAddrs, thread};

use edgewise_tests::services::fresh_database;
use serde_json::{Value, json};

use crate::{client::Reply, planes::eventually};

use super::{
    cluster::Cluster, history::History, observer::Observer, stack::Stack, subject::Subject, wire::Wire,
};

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
    subject.publish(&control.api, next);
    eventually("it is decided by", || (subject.decided(&decide.api).1 == next).then_some(()));
    let history = stack.history(&subject.environment_id);
    history.check(&store, &subject.environment, &observer.finish());
}

#[test]
fn a_database_that_falls_silent_in_the_middle_of_changes_is_a_503_and_costs_nothing_but_the_time() {
    /// More than a process has connections.
    const WRITERS: u64 = 32;
    /// As many as it has.
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
        // All wait in the middle of a transaction, and what they wait for never reaches them.
        let mut lock = history.lock();
        let (subject, api) = (&subject, &control.api);
        let set = |n| scope.spawn(move || subject.set(api, n));
        let writers: Vec<_> = (1..=WRITERS).map(set).collect();
        eventually("all connections wait", || (lock.waiting() >= WAITING).then_some(()));
        wire.fall_silent();
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

    wire.work_again();
    eventually("the plane is ready", || (control.api.get("/ready").status == 200).then_some(()));
    assert_eq!(subject.kept(&control.api), 0, "nothing was changed by halves");
    subject.publish(&control.api, 100);
    eventually("it is decided by", || (subject.decided(&decide.api) == (2, 100)).then_some(()));
}

/// Checks that a request was answered as it must be while the database is away.
#[track_caller]
fn assert_unavailable(reply: &Reply) {
    reply.error_naming(503, "database");
}

//! Two control processes with one database and one bucket.

use std::{sync::OnceLock, thread};

use serde_json::json;

use crate::{
    client::Client,
    planes::eventually,
    scene::{Published, environment, published},
};

use super::{
    bucket::Bucket,
    observer::Observer,
    proxy::{Fault, Object, Proxy},
    stack::Stack,
    subject::Subject,
};

const WRITERS: usize = 8;
/// The number of changes of each writer.
const CHANGES: u64 = 50;

#[test]
fn many_writers_on_two_processes_lose_no_change_and_leave_no_gap_in_the_versions() {
    let stack = Stack::of_servers();
    let planes = [stack.start("control"), stack.start("control")];
    let (environment_id, environment) = environment(&planes[0].api);
    let subjects: Vec<Subject> = (0..WRITERS)
        .map(|writer| {
            let key = format!("e{writer}");
            Subject::in_environment(&planes[0].api, &environment_id, &environment, &key)
        })
        .collect();
    let (store, history) = (stack.store(), stack.history(&environment_id));
    let observer = Observer::start(stack.store(), &environment);

    thread::scope(|scope| {
        for (writer, subject) in subjects.iter().enumerate() {
            let (api, store) = (&planes[writer % planes.len()].api, &store);
            scope.spawn(move || {
                for n in 1..=CHANGES {
                    let reply = subject.set(api, n);
                    reply.is(200);
                    match published(&reply) {
                        Published::Live => {
                            let live = subject.live(store);
                            assert!(live >= n, "the response says that {n} is live, but {live} is");
                        }
                        // Many changes wait for publishing. A change that is not live in time is live later.
                        Published::Failed(_) => {}
                        other => panic!("{reply}: {other:?}"),
                    }
                }
            });
        }
    });
    history.settle();

    history.check(&store, &environment, &observer.finish());
    let latest = store.latest(&environment);
    for subject in &subjects {
        assert_eq!(subject.in_snapshot(&latest), CHANGES);
        for plane in &planes {
            subject.check(&plane.api, &latest);
        }
    }
    // No version contains an older change than the version before.
    let mut last = [0; WRITERS];
    for version in history.versions().iter().skip(WRITERS) {
        let snapshot = serde_json::from_str(&version.snapshot).unwrap();
        for (subject, last) in subjects.iter().zip(&mut last) {
            let n = subject.in_snapshot(&snapshot);
            assert!(n >= *last, "version {} goes back from {last} to {n}", version.number);
            *last = n;
        }
    }
}

#[test]
fn a_process_that_hangs_while_it_publishes_is_overtaken() {
    let stack = Stack::of_servers();
    let proxy = Proxy::start(Bucket::server());
    let hanging = stack.start_process("control", proxy.address());
    eventually("the plane is ready", || (hanging.api.get("/ready").status == 200).then_some(()));
    let (store, other) = (stack.store(), OnceLock::new());
    // The process hangs at a different object in each of three environments.
    let subjects: Vec<(Object, Subject)> =
        Object::ALL.into_iter().map(|object| (object, Subject::new(&hanging.api))).collect();
    let observers: Vec<Observer> =
        subjects.iter().map(|(_, subject)| Observer::start(stack.store(), &subject.environment)).collect();

    thread::scope(|scope| {
        let mut faults = Vec::new();
        for (object, subject) in &subjects {
            let fault = proxy.fault_once(Fault::Hang, "PUT", &subject.environment, *object);
            let hanging: &Client = &hanging.api;
            scope.spawn(move || subject.set(hanging, 1).is(200));
            eventually("the process writes the object", || (fault.caught() == 1).then_some(()));
            assert!(stack.history(&subject.environment_id).is_leased(), "the process writes without a lease");
            faults.push(fault);
        }
        hanging.freeze();
        // The other process starts only now, because otherwise it might have published the changes itself.
        let api = &other.get_or_init(|| stack.start("control")).api;

        // The request does not wait so long, but its change is saved, and is live once the lease has expired.
        let set = |subject| scope.spawn(move || subject_set_to_two(subject, api));
        let writers: Vec<_> = subjects.iter().map(|(_, subject)| set(subject)).collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        for (_, subject) in &subjects {
            eventually("the other process takes over", || {
                (store.version(&subject.environment) >= 3).then_some(())
            });
            assert_eq!(subject.live(&store), 2);
        }

        // The writes of the hanging process arrive late, and then the process resumes.
        drop(faults);
        hanging.wake();
    });
    let api = &other.get().unwrap().api;
    for (_, subject) in &subjects {
        assert_eq!(subject.live(&store), 2);
        subject.publish(&hanging.api, 3);
        assert_eq!(subject.live(&store), 3);
        subject.publish(api, 4);
        assert_eq!(subject.live(&store), 4);
    }
    for ((_, subject), observer) in subjects.iter().zip(observers) {
        let history = stack.history(&subject.environment_id);
        history.settle();
        history.check(&store, &subject.environment, &observer.finish());
        // The second process has finished the versions that the first process began, with the same numbers.
        let expected = (1..=5).map(|number| (number, "published".to_owned())).collect::<Vec<_>>();
        assert_eq!(history.states(), expected);
        subject.check(api, &store.latest(&subject.environment));
    }
}

fn subject_set_to_two(subject: &Subject, api: &Client) {
    let reply = subject.set(api, 2);
    assert_eq!(reply.is(200)["payload"], json!({"n": 2}));
    // The change is live only after the lease has expired, which may already be the case.
    assert!(matches!(published(&reply), Published::Failed(_) | Published::Live), "{reply}");
}

//! The snapshot store fails during a publish.

use std::{fs, path::PathBuf, thread};

use crate::{
    client::{Client, Reply},
    planes::eventually,
    scene::{Published, published},
};

use super::{
    bucket::Bucket,
    proxy::{Fault, Object, Proxy},
    stack::{Stack, Store},
    subject::Subject,
};

const FAULTS: [Fault; 6] =
    [Fault::Close, Fault::Hang, Fault::Truncate, Fault::Status(500), Fault::Status(412), Fault::Lose];

/// Returns all combinations of a fault and an object.
fn cases() -> impl Iterator<Item = (Fault, Object)> {
    FAULTS.into_iter().flat_map(|fault| Object::ALL.map(|object| (fault, object)))
}

/// Returns the error of a change that is not live.
#[track_caller]
fn failed(reply: &Reply) -> String {
    match published(reply) {
        Published::Failed(problem) => {
            let is_line = !problem.is_empty() && problem.len() <= 512 && !problem.contains(['\r', '\n']);
            assert!(is_line, "{reply}: {problem:?}");
            problem
        }
        other => panic!("{reply}: {other:?}"),
    }
}

/// Checks that a change is live if its response says so.
#[track_caller]
fn check_reported(reply: &Reply, subject: &Subject, store: &Store, live: (u64, u64)) {
    if published(reply) == Published::Live {
        assert_eq!((store.version(&subject.environment), subject.live(store)), live, "{reply}");
    } else {
        failed(reply);
    }
}

/// Waits until a change is live as version 2, the number of its first attempt, and decisions use the change.
#[track_caller]
fn assert_finished(stack: &Stack, subject: &Subject, decide: &Client) {
    stack.history(&subject.environment_id).settle();
    let published = |number| (number, "published".to_owned());
    assert_eq!(stack.history(&subject.environment_id).states(), [published(1), published(2)]);
    assert_eq!((stack.store().version(&subject.environment), subject.live(&stack.store())), (2, 1));
    eventually("decisions use the change", || (subject.decided(decide) == (2, 1)).then_some(()));
}

#[test]
fn changes_are_saved_while_the_store_fails_and_published_later() {
    let stack = Stack::of_servers();
    let proxy = Proxy::start(Bucket::server());
    let control = stack.start_through(&proxy, "control");
    let decide = stack.start("decide");
    thread::scope(|scope| {
        for (fault, object) in cases() {
            let (stack, proxy, control, decide) = (&stack, &proxy, &control.api, &decide.api);
            scope.spawn(move || {
                change_on_bad_store(stack, proxy, control, decide, fault, object);
            });
        }
    });
}

fn change_on_bad_store(
    stack: &Stack,
    proxy: &Proxy,
    control: &Client,
    decide: &Client,
    fault: Fault,
    object: Object,
) {
    let what = format!("{fault:?} on {object:?}");
    let (subject, store) = (Subject::new(control), stack.store());
    assert_eq!(subject.decided(decide), (1, 0), "{what}");

    let faulty = proxy.fault(fault, "PUT", &subject.environment, object);
    let reply = subject.set(control, 1);
    reply.is(200);
    assert_eq!(subject.saved(control), 1, "{what}");
    assert!(faulty.caught() > 0, "{what}");
    // The documentation promises pauses of at least 0.1 s, and a response after 5 s.
    assert!(faulty.caught() < 100, "{what}: {} requests", faulty.caught());
    if matches!(fault, Fault::Truncate | Fault::Lose) {
        // The control process may read the object that was written, and find in time that the object is right.
        check_reported(&reply, &subject, &store, (2, 1));
    } else {
        let problem = failed(&reply);
        assert!(problem.contains("snapshot store"), "{what}: {problem}");
        assert_eq!(store.version(&subject.environment), 1, "{what}");
        assert_eq!(subject.decided(decide), (1, 0), "{what}");
    }

    drop(faulty);
    assert_finished(stack, &subject, decide);
    // A further change works as before the fault.
    let reply = subject.set(control, 2);
    reply.is(200);
    check_reported(&reply, &subject, &store, (3, 2));
    stack.history(&subject.environment_id).settle();
    assert_eq!((store.version(&subject.environment), subject.live(&store)), (3, 2), "{what}");
}

#[test]
fn a_single_failure_is_retried() {
    let stack = Stack::of_servers();
    let proxy = Proxy::start(Bucket::server());
    let control = stack.start_through(&proxy, "control");
    let decide = stack.start("decide");
    thread::scope(|scope| {
        for (fault, object) in cases() {
            let (stack, proxy, control, decide) = (&stack, &proxy, &control.api, &decide.api);
            scope.spawn(move || {
                let subject = Subject::new(control);
                let faulty = proxy.fault_once(fault, "PUT", &subject.environment, object);
                let reply = subject.set(control, 1);
                reply.is(200);
                if fault == Fault::Hang {
                    failed(&reply);
                } else {
                    check_reported(&reply, &subject, &stack.store(), (2, 1));
                }
                assert_finished(stack, &subject, decide);
                // The hanging request reaches the server only now.
                drop(faulty);
                subject.publish(control, 2);
                assert_eq!(
                    (stack.store().version(&subject.environment), subject.live(&stack.store())),
                    (3, 2)
                );
            });
        }
    });
}

#[test]
fn changes_report_a_store_that_is_down_and_are_published_when_it_is_up() {
    let stack = Stack::of_servers();
    let proxy = Proxy::start(Bucket::server());
    let address = proxy.address();
    let serve = stack.start_through(&proxy, "serve");
    let decide = stack.start_through(&proxy, "decide");
    let subject = Subject::new(&serve.api);
    assert_eq!((subject.decided(&serve.api), subject.decided(&decide.api)), ((1, 0), (1, 0)));

    drop(proxy);
    let publish = |api: &Client| api.request("POST", &format!("{}/publish", subject.experiment)).send();
    thread::scope(|scope| {
        let manual = scope.spawn(|| publish(&serve.api));
        let problem = failed(&subject.set(&serve.api, 1));
        assert!(problem.contains("snapshot store"), "{problem}");
        let manual = manual.join().unwrap();
        assert!(manual.error(500).contains("snapshot store"), "{manual}");
        assert_eq!(published(&manual), Published::Silent);
    });
    assert_eq!(subject.saved(&serve.api), 1);
    for plane in [&serve, &decide] {
        assert_eq!(subject.decided(&plane.api), (1, 0));
        assert_eq!(plane.root().get("/ready").status, 200);
        eventually("the plane reports the error", || {
            plane.root().get("/health").json()["config_errors"][&subject.environment].as_str().map(drop)
        });
        assert_eq!(subject.decided(&plane.api), (1, 0));
    }

    let _proxy = Proxy::start_at(address, Bucket::server());
    stack.history(&subject.environment_id).settle();
    assert_eq!(subject.live(&stack.store()), 1);
    for plane in [&serve, &decide] {
        eventually("decisions use the change", || (subject.decided(&plane.api).1 == 1).then_some(()));
        eventually("the plane reports no error", || {
            let health = plane.root().get("/health").is(200);
            health["config_errors"][&subject.environment].is_null().then_some(())
        });
    }
    publish(&serve.api).is(200);
}

#[test]
fn a_process_that_cannot_publish_can_be_stopped_and_the_next_one_publishes() {
    let stack = Stack::of_servers();
    let proxy = Proxy::start(Bucket::server());
    let decide = stack.start("decide");
    thread::scope(|scope| {
        for (fault, object) in [
            (Fault::Status(412), Object::Snapshot),
            (Fault::Status(412), Object::Latest),
            (Fault::Hang, Object::Version),
        ] {
            let (stack, proxy, decide) = (&stack, &proxy, &decide.api);
            scope.spawn(move || {
                let control = stack.start_through(proxy, "control");
                let subject = Subject::new(&control.api);
                let faulty = proxy.fault(fault, "PUT", &subject.environment, object);
                failed(&subject.set(&control.api, 1));
                assert_eq!(control.stop().code(), Some(0), "{fault:?} on {object:?}");
                drop(faulty);
                let _next = stack.start("control");
                assert_finished(stack, &subject, decide);
            });
        }
    });
}

#[test]
fn changes_are_saved_while_the_directory_fails_and_published_later() {
    let stack = Stack::of_files();
    let Store::Directory(root) = stack.store() else { panic!("not a directory") };
    let serve = stack.start("serve");
    let decide = stack.start("decide");
    thread::scope(|scope| {
        // The obstacles: a file in the place of a directory, and a directory in the place of a file.
        for name in ["snapshots", "snapshots/latest.json", "version.json"] {
            let (stack, serve, decide, root) = (&stack, &serve.api, &decide.api, &root);
            scope.spawn(move || {
                let subject = Subject::new(serve);
                assert_eq!((subject.decided(serve), subject.decided(decide)), ((1, 0), (1, 0)));
                let obstacle = Obstacle::put(root.join("configs").join(&subject.environment).join(name));
                failed(&subject.set(serve, 1));
                assert_eq!(subject.saved(serve), 1, "{name}");
                // Without a version.json, readers use latest.json, which may already have the next version.
                for plane in [serve, decide] {
                    let decided = subject.decided(plane);
                    let may_be_ahead = name == "version.json" && decided == (2, 1);
                    assert!(decided == (1, 0) || may_be_ahead, "{name}: {decided:?}");
                }
                obstacle.lift();
                assert_finished(stack, &subject, decide);
                assert_eq!(subject.decided(serve), (2, 1), "{name}");
            });
        }
    });
}

/// An obstacle in the place of a file or a directory.
struct Obstacle {
    path: PathBuf,
    aside: PathBuf,
}

impl Obstacle {
    fn put(path: PathBuf) -> Self {
        let mut aside = path.clone().into_os_string();
        aside.push(".aside");
        let aside = PathBuf::from(aside);
        fs::rename(&path, &aside).unwrap();
        if aside.is_dir() {
            fs::write(&path, "in the way").unwrap();
        } else {
            // A rename could replace an empty directory.
            fs::create_dir_all(path.join("in the way")).unwrap();
        }
        Self { path, aside }
    }

    fn lift(self) {
        if self.path.is_dir() {
            fs::remove_dir_all(&self.path).unwrap();
        } else {
            fs::remove_file(&self.path).unwrap();
        }
        fs::rename(&self.aside, &self.path).unwrap();
    }
}

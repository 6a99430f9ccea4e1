//! The snapshot store fails a decision plane that reads it.

use std::{net::SocketAddr, thread};

use edgewise_tests::process::free_address;

use crate::{client::Client, planes::eventually};

use super::{
    bucket::Bucket,
    proxy::{Fault, Object, Proxy},
    stack::Stack,
    subject::Subject,
};

#[test]
fn decisions_continue_while_the_store_cannot_be_read() {
    let stack = Stack::of_servers();
    let control = stack.start("control");
    thread::scope(|scope| {
        for fault in [Fault::Close, Fault::Hang, Fault::Truncate, Fault::Status(500), Fault::Status(412)] {
            let (stack, control) = (&stack, &control.api);
            scope.spawn(move || {
                for object in [Object::Version, Object::Ruleset] {
                    read_bad_store(stack, control, fault, object);
                }
            });
        }
    });
}

fn read_bad_store(stack: &Stack, control: &Client, fault: Fault, object: Object) {
    let what = format!("{fault:?} on {object:?}");
    let proxy = Proxy::start(Bucket::server());
    let decide = stack.start_through(&proxy, "decide");
    let subject = Subject::new(control);
    assert_eq!(subject.decided(&decide.api), (1, 0), "{what}");
    let error = || decide.api.get("/health").json()["config_errors"][&subject.environment].as_str().map(drop);
    assert_eq!(error(), None, "{what}");

    let faulty = proxy.fault(fault, "GET", &subject.environment, object);
    subject.publish(control, 1);
    eventually("the plane reports the error", || {
        assert_eq!(subject.decided(&decide.api), (1, 0), "{what}");
        error()
    });
    assert!(faulty.caught() > 0, "{what}");
    assert_eq!(decide.api.get("/ready").status, 200, "{what}");

    drop(faulty);
    let decided = eventually("decisions use another version", || {
        Some(subject.decided(&decide.api)).filter(|decided| *decided != (1, 0))
    });
    assert_eq!(decided, (2, 1), "{what}");
    eventually("the plane reports no error", || error().is_none().then_some(()));
}

#[test]
fn an_object_that_hangs_delays_no_other_environment() {
    /// The number of changes, which is higher than the number of polls of the hanging object in the same time.
    const CHANGES: u64 = 10;

    let stack = Stack::of_servers();
    let control = stack.start("control");
    let proxy = Proxy::start(Bucket::server());
    let decide = stack.start_through(&proxy, "decide");
    let [stuck, other] = [(); 2].map(|()| Subject::new(&control.api));
    for subject in [&stuck, &other] {
        assert_eq!(subject.decided(&decide.api), (1, 0));
    }
    let hanging = proxy.fault(Fault::Hang, "GET", &stuck.environment, Object::Version);
    eventually("the plane polls the hanging object", || (hanging.caught() > 0).then_some(()));
    for n in 1..=CHANGES {
        other.publish(&control.api, n);
        eventually("decisions use the change", || (other.decided(&decide.api).1 == n).then_some(()));
    }
    // If the plane noticed changes only between two polls of the hanging object, there would be a poll for each change.
    let polls = u64::try_from(hanging.caught()).unwrap();
    assert!(polls < CHANGES / 2, "{polls} polls of the hanging object");
    assert_eq!(stuck.decided(&decide.api), (1, 0));
}

#[test]
fn a_decision_plane_that_started_without_its_bucket_becomes_ready_with_it() {
    let stack = Stack::of_servers();
    let subject = Subject::new(&stack.start("control").api);
    let address = free_address().unwrap();
    start_without(&stack.start_process("decide", address).api, &subject, address, Bucket::server());
}

#[test]
fn a_decision_plane_that_started_without_its_source_plane_becomes_ready_with_it() {
    let stack = Stack::of_files();
    let serve = stack.start("serve");
    let subject = Subject::new(&serve.api);
    let address = free_address().unwrap();
    let decide = stack.start_reader_of(&format!("http://{address}"));
    start_without(&decide.api, &subject, address, serve.api.address());
}

fn start_without(decide: &Client, subject: &Subject, address: SocketAddr, server: SocketAddr) {
    let path = format!("/decide?user_key=u&env={}", subject.environment);
    for _ in 0..2 {
        assert_eq!(decide.get("/ready").status, 503);
        decide.get(&path).error(503);
    }
    let _proxy = Proxy::start_at(address, server);
    eventually("the plane is ready", || (decide.get("/ready").status == 200).then_some(()));
    eventually("it decides", || (decide.get(&path).status == 200).then_some(()));
    assert_eq!(subject.decided(decide), (1, 0));
}

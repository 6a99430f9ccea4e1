//! The snapshot store refuses requests, for a reason that waiting does not mend.

use std::process::Command;

use crate::{
    planes::eventually,
    scene::{Experiment, Published, environment, published},
};

use super::{
    bucket::Bucket,
    process::Process,
    proxy::{Fault, Object, Proxy},
    stack::Stack,
    subject::Subject,
};

/// Runs a check with the code of the S3 server's refusal, and a start of a plane with wrong settings.
fn with_each_refusal(check: impl Fn(&str, &dyn Fn(&str) -> Process)) {
    let set = |name: &'static str, value: &'static str| {
        move |command: &mut Command| {
            command.env(name, value);
        }
    };
    let stack = Stack::of_servers();
    let wrong_secret = set("AWS_SECRET_ACCESS_KEY", "not-the-secret");
    let wrong_id = set("AWS_ACCESS_KEY_ID", "AKIANOBODY");
    check("SignatureDoesNotMatch", &|plane| start(&stack, plane, wrong_secret));
    check("InvalidAccessKeyId", &|plane| start(&stack, plane, wrong_id));
    check("NoCredentials", &|plane| {
        start(&stack, plane, |command| {
            command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
            // No other place is asked for credentials.
            command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
            command.env("AWS_CONFIG_FILE", "/dev/null").env_remove("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        })
    });
    let stack = stack.without_bucket();
    check("NoSuchBucket", &|plane| start(&stack, plane, |_| {}));
}

fn start(stack: &Stack, plane: &str, change: impl Fn(&mut Command)) -> Process {
    stack.start_with(plane, |command| {
        change(command);
        command
    })
}

/// Checks the health of a plane whose store refuses requests.
#[track_caller]
fn assert_unhealthy(plane: &Process, code: &str) {
    let root = plane.root();
    eventually("the health names the code", || {
        let health = root.get("/health");
        let error = health.json()["store_error"].as_str()?.to_owned();
        assert_eq!((health.status, health.json()["status"].as_str()), (503, Some("degraded")), "{health}");
        assert!(error.starts_with(&format!("{code}: ")), "{health}");
        Some(())
    });
    assert_eq!(root.get("/ready").status, 503, "{code}");
}

/// Checks the health and the log of a plane that decides and whose store refuses requests.
#[track_caller]
fn assert_refused(plane: &Process, code: &str) {
    let root = plane.root();
    for _ in 0..3 {
        assert_unhealthy(plane, code);
        root.get("/configs/prod/version.json").error(503);
        let problem = plane.api.get("/decide?user_key=u&env=prod").error(503);
        assert!(problem.contains("snapshot store"), "{code}: {problem}");
    }
    let log = plane.log();
    assert_eq!(log.matches("the snapshot store refuses requests").count(), 1, "{log}");
    assert!(log.contains(code) && !log.contains("not-the-secret") && !log.contains("AKIANOBODY"), "{log}");
    assert!(!log.contains("provider failed"), "{log}");
}

#[test]
fn a_plane_with_wrong_keys_or_bucket_is_not_ready_and_says_why() {
    with_each_refusal(|code, start| {
        for plane in ["decide", "serve"] {
            assert_refused(&start(plane), code);
        }
        assert_unhealthy(&start("control"), code);
    });
}

#[test]
fn a_change_that_the_store_refuses_is_answered_with_the_code() {
    with_each_refusal(|code, start| {
        let control = start("control");
        let (id, _) = environment(&control.api);
        let experiment = Experiment::new(&control.api, &id, code);
        let variant = experiment.variant("v");
        experiment.give_all_to(&variant);
        for status in ["RUNNING", "PAUSED"] {
            let reply = experiment.set_status(status);
            let Published::Failed(problem) = published(&reply) else { panic!("{reply}") };
            assert!(problem.contains(&format!("`: {code}: ")), "{problem}");
        }
        let manual = control.api.request("POST", &experiment.below("/publish")).send().error(500);
        assert!(manual.contains(code), "{manual}");
        let shown = control.api.get(&format!("/environments/{id}/publication")).is(200);
        assert!(shown["error"].as_str().is_some_and(|error| error.contains(code)), "{shown}");
        let log = control.log();
        assert!(
            log.contains(code) && !log.contains("not-the-secret") && !log.contains("AKIANOBODY"),
            "{log}"
        );
    });
}

#[test]
fn keys_that_are_withdrawn_later_are_noticed_while_decisions_continue() {
    let stack = Stack::of_servers();
    let control = stack.start("control");
    let proxy = Proxy::start(Bucket::server());
    let decide = stack.start_through(&proxy, "decide");
    let subject = Subject::new(&control.api);
    assert_eq!(subject.decided(&decide.api), (1, 0));

    let withdrawn =
        proxy.fault(Fault::Refuse("InvalidAccessKeyId"), "GET", &subject.environment, Object::Version);
    eventually("the plane is not ready", || (decide.api.get("/ready").status == 503).then_some(()));
    subject.publish(&control.api, 1);
    let health = decide.api.get("/health");
    assert_eq!(health.status, 503, "{health}");
    assert!(
        health.json()["store_error"].as_str().is_some_and(|error| error.contains("AWS_ACCESS_KEY_ID")),
        "{health}"
    );
    assert_eq!(subject.decided(&decide.api), (1, 0));

    drop(withdrawn);
    eventually("the plane is ready", || (decide.api.get("/ready").status == 200).then_some(()));
    eventually("decisions use the change", || (subject.decided(&decide.api) == (2, 1)).then_some(()));
    decide.api.get("/health").is(200);
    let log = decide.log();
    assert_eq!(log.matches("the snapshot store refuses requests").count(), 1, "{log}");
    assert!(log.contains("the snapshot store accepts requests again") && !log.contains("a secret"), "{log}");
}

#[test]
fn an_object_that_the_store_denies_counts_as_absent_and_is_logged_once() {
    let stack = Stack::of_servers();
    let control = stack.start("control");
    let proxy = Proxy::start(Bucket::server());
    let decide = stack.start_through(&proxy, "decide");
    let subject = Subject::new(&control.api);
    let denied = proxy.fault(Fault::Refuse("AccessDenied"), "GET", &subject.environment, Object::Ruleset);
    // The plane reads the snapshot where there is no ruleset.
    assert_eq!(subject.decided(&decide.api), (1, 0));
    subject.publish(&control.api, 1);
    eventually("decisions use the change", || (subject.decided(&decide.api) == (2, 1)).then_some(()));
    assert!(denied.caught() > 1);
    assert_eq!(decide.api.get("/ready").status, 200);
    let log = decide.log();
    assert_eq!(log.matches("denies reading an object (AccessDenied)").count(), 1, "{log}");
}

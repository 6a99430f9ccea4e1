//! Invalid options: the program exits with an error of one line.

use std::{fs, net::SocketAddr, path::Path, process::Command};

use edgewise_tests::process::{Server, edgewise, free_address};
use tempfile::TempDir;

use crate::planes::run;

/// Checks that the binary exits at once with an error of one line that contains `named`.
#[track_caller]
fn assert_refused(directory: &Path, set_up: impl FnOnce(&mut Command) -> &mut Command, named: &str) {
    let mut description = String::new();
    let ended = run(directory, |command| {
        let command = set_up(command);
        description = format!("{command:?}");
        command
    });
    let code = ended.status.code();
    assert!(code.is_some_and(|code| code != 0), "{description}: {code:?}");
    let lines: Vec<&str> = ended.errors.lines().collect();
    assert!(
        lines.len() == 1 && lines[0].contains(named),
        "{description}: not one line with `{named}`:\n{}",
        ended.errors
    );
}

#[test]
fn an_invalid_flag_is_refused_with_one_line() {
    let directory = TempDir::new().unwrap();
    for (plane, option, value) in [
        ("serve", "--bind", "nonsense"),
        ("serve", "--bind", "127.0.0.1"),
        ("serve", "--bind", "127.0.0.1:65536"),
        ("serve", "--bind", "localhost:3000"),
        ("serve", "--bind", ""),
        ("serve", "--poll-interval", "0"),
        ("serve", "--poll-interval", "-1"),
        ("serve", "--poll-interval", "NaN"),
        ("serve", "--poll-interval", "inf"),
        ("serve", "--poll-interval", "5s"),
        ("serve", "--poll-interval", "1e999"),
        ("serve", "--snapshot-store", "nonsense"),
        ("serve", "--snapshot-store", "http://127.0.0.1:1"),
        ("serve", "--decide-rate-limit-max", "0"),
        ("serve", "--decide-rate-limit-max", "-1"),
        ("serve", "--decide-rate-limit-window-ms", "0"),
        ("serve", "--decide-rate-limit-enabled", "maybe"),
        ("serve", "--decide-rate-limit-allowlist", "127.0.0.1,nonsense"),
        ("serve", "--decide-rate-limit-allowlist", "10.0.0.0/33"),
        ("serve", "--trusted-proxies", "nonsense"),
        ("serve", "--trusted-proxies", "10.0.0.1:80"),
        ("serve", "--public-url", "nonsense"),
        ("serve", "--public-url", "ftp://localhost"),
        ("serve", "--public-url", "http://user@localhost"),
        ("serve", "--public-url", "http://localhost?a"),
        ("serve", "--public-url", "http://localhost#a"),
        ("serve", "--public-url", "http://localhost/%20"),
        ("serve", "--nonsense", "1"),
        ("control", "--bind", "nonsense"),
        ("control", "--poll-interval", "1"),
        ("decide", "--poll-interval", "x"),
        ("decide", "--snapshot-store", "ftp://127.0.0.1"),
        ("decide", "--snapshot-store", "http://"),
        ("decide", "--data-dir", "data"),
        ("decide", "--public-url", "http://localhost"),
        ("decide", "--trusted-proxies", "nonsense"),
        ("gateway", "--control-url", "nonsense"),
        ("gateway", "--decide-url", "ftp://127.0.0.1"),
        ("gateway", "--snapshot-store", "file:x"),
    ] {
        assert_refused(
            directory.path(),
            |command| command.arg(plane).arg(format!("{option}={value}")),
            option,
        );
    }
    for url in ["nonsense", "mysql://x/y", "sqlite:", ""] {
        assert_refused(
            directory.path(),
            |command| command.args(["serve", "--database-url", url]),
            "database",
        );
    }
    assert_refused(directory.path(), |command| command.arg("nonsense"), "nonsense");
    assert!(
        fs::read_dir(directory.path())
            .unwrap()
            .next()
            .is_none_or(|entry| entry.unwrap().file_name() == "data")
    );
}

#[test]
fn an_invalid_variable_is_refused_with_one_line() {
    let directory = TempDir::new().unwrap();
    for (plane, variable, value) in [
        ("serve", "EDGEWISE_BIND", "nonsense"),
        ("control", "EDGEWISE_BIND", "nonsense"),
        ("serve", "EDGEWISE_POLL_INTERVAL", "soon"),
        ("decide", "EDGEWISE_SNAPSHOT_STORE", "nonsense"),
        ("serve", "EDGEWISE_INSECURE_OPEN", "maybe"),
        ("gateway", "EDGEWISE_CONTROL_URL", "nonsense"),
        ("gateway", "EDGEWISE_DECIDE_URL", "nonsense"),
        ("serve", "DECIDE_RATE_LIMIT_MAX", "many"),
        ("serve", "DECIDE_RATE_LIMIT_WINDOW_MS", "1.5"),
        ("gateway", "DECIDE_RATE_LIMIT_ENABLED", "maybe"),
        ("gateway", "DECIDE_RATE_LIMIT_ALLOWLIST", "nobody"),
        ("gateway", "EDGEWISE_TRUSTED_PROXIES", "nobody"),
        ("gateway", "EDGEWISE_PUBLIC_URL", "nobody"),
    ] {
        assert_refused(directory.path(), |command| command.arg(plane).env(variable, value), variable);
    }
}

#[test]
fn an_invalid_file_is_refused_with_one_line() {
    let directory = TempDir::new().unwrap();
    for (content, named) in [
        ("bind = 'nonsense'", "bind"),
        ("poll-interval = true", "poll-interval"),
        ("nonsense = 1", "nonsense"),
        ("bind = ", "edgewise.toml"),
        ("[serve]\nbind = '127.0.0.1:1'", "serve"),
        ("\u{0}", "edgewise.toml"),
    ] {
        fs::write(directory.path().join("edgewise.toml"), content).unwrap();
        assert_refused(directory.path(), |command| command.arg("serve"), named);
    }
    fs::write(directory.path().join("edgewise.toml"), [0xff, 0xfe]).unwrap();
    assert_refused(directory.path(), |command| command.arg("serve"), "edgewise.toml");
}

#[test]
fn flags_override_variables_and_variables_override_the_file() {
    let directory = TempDir::new().unwrap();
    let (flag, variable, file) = (free_address().unwrap(), free_address().unwrap(), free_address().unwrap());
    fs::write(directory.path().join("edgewise.toml"), format!("bind = '{file}'\npoll-interval = 0.5\n"))
        .unwrap();
    let start = |set_up: &dyn Fn(&mut Command) -> &mut Command, address: SocketAddr| {
        let mut command = Command::new(edgewise().unwrap());
        command.arg("serve").current_dir(directory.path()).env("EDGEWISE_LOG", "off");
        set_up(&mut command);
        Server::start(&mut command, address).unwrap().stop().unwrap();
    };
    start(&|command| command, file);
    start(&|command| command.env("EDGEWISE_BIND", variable.to_string()), variable);
    let flag_too = ["--bind".to_owned(), flag.to_string()];
    start(&|command| command.env("EDGEWISE_BIND", variable.to_string()).args(&flag_too), flag);
    // By default, all data is below `data`.
    assert!(directory.path().join("data/edgewise.db").is_file());
    assert!(directory.path().join("data/snapshots").is_dir());
}

#[test]
fn help_lists_every_option() {
    let all = ["--bind", "EDGEWISE_BIND", "--trusted-proxies", "EDGEWISE_TRUSTED_PROXIES"];
    let public = ["--public-url", "EDGEWISE_PUBLIC_URL"];
    let data = ["--data-dir", "EDGEWISE_DATA_DIR", "--database-url", "EDGEWISE_DATABASE_URL"];
    let (store, poll) =
        (["--snapshot-store", "EDGEWISE_SNAPSHOT_STORE"], ["--poll-interval", "EDGEWISE_POLL_INTERVAL"]);
    let urls = ["--control-url", "EDGEWISE_CONTROL_URL", "--decide-url", "EDGEWISE_DECIDE_URL"];
    let limit = [
        "DECIDE_RATE_LIMIT_ENABLED",
        "DECIDE_RATE_LIMIT_MAX",
        "DECIDE_RATE_LIMIT_WINDOW_MS",
        "DECIDE_RATE_LIMIT_ALLOWLIST",
    ];
    let open = ["--insecure-open", "EDGEWISE_INSECURE_OPEN"];
    let help = |plane: &str| {
        let output = Command::new(edgewise().unwrap()).args([plane, "--help"]).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    for (plane, address, options) in [
        ("serve", "127.0.0.1:3000", [&data[..], &store, &poll, &limit, &public]),
        ("control", "127.0.0.1:3001", [&data[..], &store, &[], &[], &public]),
        ("decide", "127.0.0.1:3002", [&store[..], &poll, &[], &[], &[]]),
        ("gateway", "127.0.0.1:3000", [&urls[..], &limit, &[], &[], &public]),
    ] {
        let help = help(plane);
        for part in options.into_iter().flatten().chain(&all).chain(&open).chain([&address]) {
            assert!(help.contains(part), "`edgewise {plane} --help` does not contain {part}:\n{help}");
        }
    }
}

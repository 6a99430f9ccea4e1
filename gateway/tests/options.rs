//! The options of the program: their sources, and the errors of invalid options.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

/// Returns a command that runs the program in a directory, without the variables of the environment that runs the test.
fn edgewise(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_edgewise"));
    command.current_dir(directory);
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("EDGEWISE_") || name_text.starts_with("DECIDE_RATE_LIMIT_") {
            command.env_remove(name);
        }
    }
    command
}

/// Starts the program, and returns the address that it listens on, according to its log.
fn listen_address(command: &mut Command) -> String {
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let log = BufReader::new(child.stderr.take().unwrap());
    let line = log.lines().map(|line| line.unwrap()).find(|line| line.contains("listening on"));
    child.kill().unwrap();
    child.wait().unwrap();
    line.unwrap().split("http://").nth(1).unwrap().split([' ', '"']).next().unwrap().to_owned()
}

/// Runs a program that must fail to start, and returns its error, which must be a single line.
fn error_line(command: &mut Command) -> String {
    let streams = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = streams.spawn().unwrap();
    let mut lines = Vec::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines() {
        let line = line.unwrap();
        let started = line.contains("listening on");
        lines.push(line);
        if started {
            child.kill().unwrap();
        }
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{lines:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line = lines.remove(0);
    assert!(line.starts_with("edgewise: "), "{line}");
    line
}

#[test]
fn flags_override_variables_override_the_file_overrides_the_defaults() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    fs::write(root.join("edgewise.toml"), "bind = '127.0.0.2:0'\ndata-dir = 'for-another-plane'\n").unwrap();
    fs::write(root.join("other.toml"), "bind = '127.0.0.3:0'\npoll-interval = 0.5\n").unwrap();
    let on = |address: String| address.split(':').next().unwrap().to_owned();

    assert_eq!(on(listen_address(edgewise(root).arg("decide"))), "127.0.0.2");
    assert_eq!(on(listen_address(edgewise(root).args(["decide", "--config", "other.toml"]))), "127.0.0.3");
    assert_eq!(
        on(listen_address(edgewise(root).arg("decide").env("EDGEWISE_CONFIG", "other.toml"))),
        "127.0.0.3"
    );
    let from_variable = &mut edgewise(root);
    from_variable.env("EDGEWISE_BIND", "127.0.0.4:0");
    assert_eq!(on(listen_address(from_variable.arg("decide"))), "127.0.0.4");
    assert_eq!(on(listen_address(from_variable.args(["--bind", "127.0.0.5:0"]))), "127.0.0.5");
}

#[test]
fn the_error_of_an_invalid_value_is_one_line_with_the_option_and_its_source() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let line = error_line(edgewise(root).args(["serve", "--bind", "nowhere"]));
    assert!(
        line.contains("--bind") && line.contains("127.0.0.1:3000") && !line.contains("variable"),
        "{line}"
    );
    let line = error_line(edgewise(root).arg("serve").env("EDGEWISE_POLL_INTERVAL", "soon"));
    assert!(line.contains("EDGEWISE_POLL_INTERVAL") && line.contains("seconds"), "{line}");
    let line = error_line(edgewise(root).arg("serve").env("DECIDE_RATE_LIMIT_ALLOWLIST", "10.0.0.1,home"));
    assert!(
        line.contains("`home` is not an IP address") && line.contains("DECIDE_RATE_LIMIT_ALLOWLIST"),
        "{line}"
    );
    let line = error_line(edgewise(root).arg("gateway").env("DECIDE_RATE_LIMIT_ENABLED", "yes"));
    assert!(line.contains("true, false, 1 or 0"), "{line}");
    let line = error_line(edgewise(root).args(["decide", "--snapshot-store", "ftp://bucket"]));
    assert!(line.contains("file:DIR") && line.contains("https://"), "{line}");
    for (option, hint) in [
        ("--poll-interval", "seconds from 0.01"),
        ("--decide-rate-limit-max", "not in 1.."),
        ("--idle-timeout", "seconds from 0.01"),
        ("--write-timeout", "seconds from 0.01"),
        ("--max-connections", "not in 1.."),
        ("--max-streams", "not in 0.."),
    ] {
        let line = error_line(edgewise(root).args(["serve", option, "-1"]));
        assert!(line.contains(option) && line.contains("'-1'") && line.contains(hint), "{line}");
    }
    let line = error_line(edgewise(root).args(["serve", "--log", "loud"]));
    assert!(line.contains("info"), "{line}");
    let line = error_line(edgewise(root).args(["serve", "--unknown"]));
    assert!(line.contains("--unknown"), "{line}");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("edgewise.toml"), "bind = '127.0.0.2:0'\n").unwrap();
    let help = edgewise(directory.path()).args(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let variables = help.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next());
    let variables: Vec<&str> = variables.collect();
    assert!(variables.len() > 10, "{variables:?}");
    let empty = &mut edgewise(directory.path());
    let empty = empty.arg("serve").envs(variables.iter().map(|name| (name, "")));
    assert!(listen_address(empty).starts_with("127.0.0.2:"));
}

#[test]
fn a_plane_refuses_the_options_of_other_planes() {
    let directory = tempfile::tempdir().unwrap();
    for args in [
        ["decide", "--data-dir", "x"],
        ["decide", "--decide-rate-limit-max", "1"],
        ["gateway", "--snapshot-store", "file:x"],
        ["gateway", "--poll-interval", "1"],
        ["control", "--poll-interval", "1"],
        ["serve", "--control-url", "http://x"],
    ] {
        let line = error_line(edgewise(directory.path()).args(args));
        assert!(line.contains(args[1]), "{line}");
    }
}

#[test]
fn the_error_of_an_invalid_file_is_one_line_with_the_file_and_the_key() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    for (text, named) in [
        ("snapshot-sotre = 'file:x'", "`snapshot-sotre`"),
        ("poll_interval = 3", "`poll_interval`"),
        ("bind = 3000", "--bind"),
        ("insecure-open = 'perhaps'", "--insecure-open"),
        ("[serve]\nbind = 'x'", "`serve`"),
        ("bind = ", "line 1"),
    ] {
        fs::write(root.join("edgewise.toml"), text).unwrap();
        let line = error_line(edgewise(root).arg("decide"));
        assert!(line.contains("edgewise.toml") && line.contains(named), "{text}: {line}");
    }
    fs::remove_file(root.join("edgewise.toml")).unwrap();
    let line = error_line(edgewise(root).args(["decide", "--config", "missing.toml"]));
    assert!(line.contains("missing.toml"), "{line}");
}

#[test]
fn an_address_that_other_machines_can_reach_is_refused_without_insecure_open() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80", "[::ffff:192.0.2.1]:80"] {
        for plane in ["serve", "control", "decide", "gateway"] {
            let line = error_line(edgewise(root).args([plane, "--bind", address]));
            assert!(line.contains("--insecure-open"), "{line}");
        }
    }
    listen_address(edgewise(root).args(["decide", "--bind", "0.0.0.0:0", "--insecure-open"]));
    fs::write(root.join("edgewise.toml"), "insecure-open = true").unwrap();
    listen_address(edgewise(root).args(["decide", "--bind", "0.0.0.0:0"]));
    let closed = &mut edgewise(root);
    error_line(closed.env("EDGEWISE_INSECURE_OPEN", "false").args(["decide", "--bind", "0.0.0.0:0"]));
}

#[test]
fn a_public_url_that_is_not_loopback_is_refused_without_insecure_open() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    for plane in ["serve", "control", "gateway"] {
        let at = [plane, "--bind", "127.0.0.1:0", "--public-url"];
        let line = error_line(edgewise(root).args(at).arg("https://flags.example/below/"));
        assert!(line.contains("`https://flags.example/below`") && line.contains("--insecure-open"), "{line}");
        for (url, named) in [
            ("flags.example", "https://flags.example"),
            ("ftp://flags.example", "https://flags.example"),
            ("https://user:secret@flags.example", "no user"),
            ("https://flags.example/?a=b", "no query"),
            ("https://flags.example/a b", "the path"),
        ] {
            let line = error_line(edgewise(root).args(at).arg(url));
            assert!(line.contains("--public-url") && line.contains(named), "{line}");
        }
        let open = &mut edgewise(root);
        listen_address(open.args(at).args(["https://flags.example/below", "--insecure-open"]));
        listen_address(edgewise(root).args(at).arg("http://flags.localhost:8080/below"));
    }
    let line = error_line(edgewise(root).args(["decide", "--public-url", "http://localhost"]));
    assert!(line.contains("--public-url"), "{line}");
    fs::write(root.join("edgewise.toml"), "public-url = 'https://flags.example'\n").unwrap();
    error_line(edgewise(root).args(["serve", "--bind", "127.0.0.1:0"]));
    // The key may stand in a file that all planes share.
    listen_address(edgewise(root).args(["decide", "--bind", "127.0.0.1:0"]));
}

#[test]
fn trusted_proxies_are_addresses_and_networks() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    for plane in ["serve", "control", "decide", "gateway"] {
        let args = [plane, "--bind", "127.0.0.1:0"];
        let with =
            |list: &str| edgewise(root).args(args).env("EDGEWISE_TRUSTED_PROXIES", list).output().unwrap();
        let line = String::from_utf8(with("10.0.0.0/8,nginx").stderr).unwrap();
        assert!(line.contains("`nginx` is not an IP address or a network"), "{line}");
        assert!(line.contains("EDGEWISE_TRUSTED_PROXIES"), "{line}");
        listen_address(edgewise(root).args(args).args(["--trusted-proxies", "10.0.0.0/8, ::1"]));
    }
    fs::write(root.join("edgewise.toml"), "trusted-proxies = ['10.0.0.0/8', '::1']\n").unwrap();
    listen_address(edgewise(root).args(["decide", "--bind", "127.0.0.1:0"]));
}

#[test]
fn the_error_of_an_unavailable_resource_is_one_line_that_says_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let line = error_line(edgewise(root).args(["decide", "--bind", &address]));
    assert!(line.contains(&address) && line.contains("--bind"), "{line}");

    fs::write(root.join("file"), "").unwrap();
    let line = error_line(edgewise(root).args(["serve", "--bind", "127.0.0.1:0", "--data-dir", "file/data"]));
    assert!(line.contains("file/data"), "{line}");

    let line =
        error_line(edgewise(root).args(["serve", "--bind", "127.0.0.1:0", "--database-url", "mongodb://x"]));
    assert!(line.contains("database"), "{line}");
}

#[test]
fn help_lists_the_options_of_each_plane_and_exits_with_success() {
    let directory = tempfile::tempdir().unwrap();
    for (plane, options) in [
        ("serve", ["--data-dir", "EDGEWISE_DATABASE_URL", "DECIDE_RATE_LIMIT_MAX", "Examples:"]),
        ("control", ["--data-dir", "EDGEWISE_SNAPSHOT_STORE", "--insecure-open", "127.0.0.1:3001"]),
        ("decide", ["--snapshot-store", "EDGEWISE_POLL_INTERVAL", "file:./data/snapshots", "127.0.0.1:3002"]),
        (
            "gateway",
            ["--control-url", "EDGEWISE_DECIDE_URL", "DECIDE_RATE_LIMIT_ALLOWLIST", "127.0.0.1:3000"],
        ),
    ] {
        let output = edgewise(directory.path()).args([plane, "--help"]).output().unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        let of_every_plane =
            ["--idle-timeout", "EDGEWISE_WRITE_TIMEOUT", "--max-connections", "EDGEWISE_MAX_STREAMS"];
        assert!(of_every_plane.iter().all(|option| help.contains(option)), "{help}");
        assert!(output.status.success() && options.iter().all(|option| help.contains(option)), "{help}");
    }
}

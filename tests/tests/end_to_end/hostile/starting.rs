//! Environments in which a plane cannot start: the program exits with one clear line and a status other than 0.

use std::{fs, net::TcpListener, path::Path, process::Command};

use edgewise_tests::process::{Server, edgewise, free_address};
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;

use crate::planes::{Plane, Serve, run};

/// Checks that a plane exits at once with an error of one line that contains all of `named`.
#[track_caller]
pub(super) fn assert_refused(directory: &Path, options: &[&str], named: &[&str]) {
    let ended = run(directory, |command| command.args(options));
    let code = ended.status.code();
    assert!(code.is_some_and(|code| code != 0), "{options:?}: {code:?} {}", ended.errors);
    let lines: Vec<&str> = ended.errors.lines().collect();
    let clear = lines.len() == 1 && named.iter().all(|part| lines[0].contains(part));
    assert!(clear, "{options:?}: not one line with {named:?}:\n{}", ended.errors);
}

#[test]
fn a_port_in_use_is_refused() {
    let directory = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    for plane in ["serve", "control", "decide", "gateway"] {
        assert_refused(directory.path(), &[plane, "--bind", &address], &[&address, "in use"]);
    }
}

#[test]
fn an_address_of_another_machine_is_refused() {
    let directory = TempDir::new().unwrap();
    let address = "192.0.2.1:3000";
    assert_refused(directory.path(), &["serve", "--bind", address, "--insecure-open"], &[address]);
}

#[test]
fn an_unwritable_directory_is_refused() {
    let directory = TempDir::new().unwrap();
    // The user that runs the tests may be able to write everywhere, but no user can write below a file.
    fs::write(directory.path().join("file"), "").unwrap();
    let bind = free_address().unwrap().to_string();
    for plane in ["serve", "control"] {
        assert_refused(
            directory.path(),
            &[plane, "--bind", &bind, "--data-dir", "file/data"],
            &["file/data"],
        );
        let options = [plane, "--bind", &bind, "--snapshot-store", "file:file/snapshots"];
        assert_refused(directory.path(), &options, &["file/snapshots"]);
        let options = [plane, "--bind", &bind, "--database-url", "sqlite://file/data.db"];
        assert_refused(directory.path(), &options, &["file"]);
        assert_refused(directory.path(), &[plane, "--bind", &bind, "--data-dir", "file"], &["file"]);
    }
}

#[test]
fn a_file_that_is_not_a_database_is_refused() {
    let directory = TempDir::new().unwrap();
    let data = directory.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(
        data.join("edgewise.db"),
        "no database, but a text that is long enough to be read ".repeat(100),
    )
    .unwrap();
    let bind = free_address().unwrap().to_string();
    assert_refused(directory.path(), &["serve", "--bind", &bind], &["database"]);
    fs::remove_file(data.join("edgewise.db")).unwrap();
    fs::create_dir(data.join("edgewise.db")).unwrap();
    assert_refused(directory.path(), &["serve", "--bind", &bind], &["database"]);
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_not_changed() {
    let directory = TempDir::new().unwrap();
    assert_eq!(Plane::serve(directory.path()).stop().code(), Some(0));
    let database = directory.path().join("data/edgewise.db");
    execute(
        &database,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9000, 'from the future', 1, x'00', 0)",
    );
    let bind = free_address().unwrap().to_string();
    for plane in ["serve", "control"] {
        assert_refused(directory.path(), &[plane, "--bind", &bind], &["database", "newer"]);
    }
    execute(&database, "DELETE FROM _sqlx_migrations WHERE version = 9000");
    assert_eq!(Plane::serve(directory.path()).stop().code(), Some(0));
}

fn execute(database: &Path, statement: &'static str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection =
            SqliteConnection::connect(&format!("sqlite://{}", database.display())).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

#[test]
fn a_second_process_on_the_same_data_is_refused() {
    let serve = Serve::start();
    let directory = serve.directory.path();
    let bind = free_address().unwrap().to_string();
    for plane in ["serve", "control"] {
        assert_refused(directory, &[plane, "--bind", &bind], &["another process"]);
        // A second process cannot use only the database or only the snapshots either.
        let options = [plane, "--bind", &bind, "--snapshot-store", "file:elsewhere"];
        assert_refused(directory, &options, &["another process", "edgewise.db"]);
        let options = [plane, "--bind", &bind, "--database-url", "sqlite://elsewhere.db"];
        assert_refused(directory, &options, &["another process", "snapshots"]);
    }
    serve.plane.root().get("/health").is(200);
    serve.plane.api.get("/environments").is(200);
    // A decision plane can read the snapshots.
    let reader = Plane::start("decide", directory, &["--snapshot-store", "file:data/snapshots"]);
    reader.root().get("/health").is(200);
}

#[test]
fn a_public_url_that_other_machines_can_open_is_refused_without_insecure_open() {
    let directory = TempDir::new().unwrap();
    let bind = free_address().unwrap().to_string();
    for plane in ["serve", "control", "gateway"] {
        for url in ["https://flags.example", "http://10.0.0.1:8080/below", "http://[2001:db8::1]"] {
            let options = [plane, "--bind", &bind, "--public-url", url];
            assert_refused(directory.path(), &options, &[url, "--insecure-open"]);
        }
    }
    assert!(!directory.path().join("data").exists(), "no data was created");
    for options in [["--public-url", "http://flags.localhost/below"], ["--public-url", "https://127.0.0.1"]] {
        Plane::start("serve", directory.path(), &options).stop();
    }
    let open = ["--public-url", "https://Flags.example:443/below/", "--insecure-open"];
    let open = Plane::start("serve", directory.path(), &open);
    // The log names the address, as it is understood.
    assert!(open.log().contains("https://flags.example/below"), "{}", open.log());
}

#[test]
fn an_address_that_other_machines_can_reach_is_refused_without_insecure_open() {
    let directory = TempDir::new().unwrap();
    let port = free_address().unwrap().port();
    for plane in ["serve", "control", "decide", "gateway"] {
        for ip in ["0.0.0.0", "[::]", "192.0.2.1", "[::ffff:192.0.2.1]"] {
            let address = format!("{ip}:{port}");
            assert_refused(directory.path(), &[plane, "--bind", &address], &[&address, "--insecure-open"]);
        }
    }
    assert!(!directory.path().join("data").exists(), "no data was created");

    for (flag, variable) in [(true, None), (false, Some("1")), (false, Some("true"))] {
        let address = free_address().unwrap();
        let mut command = Command::new(edgewise().unwrap());
        command
            .args(["serve", "--bind", &format!("0.0.0.0:{}", address.port())])
            .args(flag.then_some("--insecure-open"));
        if let Some(variable) = variable {
            command.env("EDGEWISE_INSECURE_OPEN", variable);
        }
        command.current_dir(directory.path()).env("EDGEWISE_LOG", "off");
        Server::start(&mut command, address).unwrap().stop().unwrap();
    }
}

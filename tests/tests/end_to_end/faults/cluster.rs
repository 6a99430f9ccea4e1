use std::{
    env,
    ffi::OsStr,
    fs,
    net::SocketAddr,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use edgewise_tests::process::free_address;
use tempfile::TempDir;

/// A Postgres of the test's own, which can be stopped and started. Stopped when dropped.
#[derive(Debug)]
pub(super) struct Cluster {
    directory: TempDir,
    address: SocketAddr,
}

impl Cluster {
    pub(super) fn start() -> Self {
        let cluster = Self { directory: TempDir::new().unwrap(), address: free_address().unwrap() };
        if is_root() {
            // Postgres refuses to run as root.
            run(Command::new("chown").arg("postgres:").arg(cluster.directory.path()));
        }
        let data = cluster.data();
        let options = ["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C"];
        run(cluster.command("initdb").args(options).arg("--pgdata").arg(data));
        cluster.start_again();
        cluster
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://postgres@{}/postgres", self.address)
    }

    /// Ends it as a crash would.
    pub(super) fn crash(&self) {
        run(self.pg_ctl("stop").args(["--mode=immediate", "--wait"]));
    }

    /// Starts it, and waits until it answers.
    pub(super) fn start_again(&self) {
        let directory = self.directory.path().display();
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories={directory} -c fsync=off",
            self.address.port()
        );
        let log = self.directory.path().join("log");
        run(self.pg_ctl("start").arg("--wait").arg("--log").arg(log).arg("--options").arg(options));
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn pg_ctl(&self, action: &str) -> Command {
        let mut command = self.command("pg_ctl");
        command.arg(action).arg("--pgdata").arg(self.data());
        command
    }

    /// One of Postgres's programs, run as a user that may run it.
    fn command(&self, program: &str) -> Command {
        let program =
            Path::new(&env::var_os("TEST_POSTGRES_BIN").expect("`cargo xtask test` sets it")).join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args([OsStr::new("-u"), OsStr::new("postgres"), OsStr::new("--"), program.as_os_str()]);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.directory.path()).env("PATH", env::var_os("PATH").unwrap_or_default());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It may be stopped already.
        drop(
            self.pg_ctl("stop")
                .args(["--mode=immediate"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status(),
        );
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Runs a command that must succeed.
#[track_caller]
fn run(command: &mut Command) {
    // What it starts must not keep a pipe of ours open.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let status = status.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

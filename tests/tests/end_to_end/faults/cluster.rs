use std::{
    env,
    ffi::OsStr,
    fs,
    net::{SocketAddr, TcpStream},
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

use edgewise_tests::process::free_address;
use tempfile::TempDir;

/// What a shell does once its input ends: it stops the Postgres of a directory, and removes the directory.
const SCRIPT: &str = r#"cat; directory=$1; shift; "$@"; rm -rf -- "$directory""#;

/// A Postgres of the test's own, which can be stopped and started. It is ended, and its files are removed, when this is
/// dropped, and also if the test is interrupted or killed.
#[derive(Debug)]
pub(super) struct Cluster {
    directory: PathBuf,
    address: SocketAddr,
    /// Dropped with this.
    _keeper: Keeper,
}

/// A shell that lives as long as its input is open, which the kernel closes with this process. It has a process group
/// of its own, so that Ctrl-C does not reach it.
#[derive(Debug)]
struct Keeper {
    shell: Child,
    input: Option<ChildStdin>,
}

impl Cluster {
    pub(super) fn start() -> Self {
        let directory = TempDir::new().unwrap().keep();
        let keeper = Keeper::of(&directory);
        let cluster = Self { directory, address: free_address().unwrap(), _keeper: keeper };
        if is_root() {
            // Postgres refuses to run as root.
            run(Command::new("chown").arg("postgres:").arg(&cluster.directory));
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
        let directory = self.directory.display();
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories={directory} -c fsync=off",
            self.address.port()
        );
        let log = self.directory.join("log");
        run(self.pg_ctl("start").arg("--wait").arg("--log").arg(log).arg("--options").arg(options));
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    fn pg_ctl(&self, action: &str) -> Command {
        pg_ctl(&self.directory, action)
    }

    fn command(&self, program: &str) -> Command {
        command(&self.directory, program)
    }
}

impl Keeper {
    fn of(directory: &Path) -> Self {
        let mut stop = pg_ctl(directory, "stop");
        stop.arg("--mode=immediate");
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT, "keeper"]).arg(directory).arg(stop.get_program()).args(stop.get_args());
        shell.process_group(0).current_dir("/");
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut shell = shell.spawn().unwrap();
        let input = shell.stdin.take();
        Self { shell, input }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.input = None;
        // However it ended, there is nobody to tell.
        drop(self.shell.wait());
    }
}

fn pg_ctl(directory: &Path, action: &str) -> Command {
    let mut command = command(directory, "pg_ctl");
    command.arg(action).arg("--pgdata").arg(directory.join("data"));
    command
}

/// One of Postgres's programs, run as a user that may run it.
fn command(directory: &Path, program: &str) -> Command {
    let program =
        Path::new(&env::var_os("TEST_POSTGRES_BIN").expect("`cargo xtask test` sets it")).join(program);
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args([OsStr::new("-u"), OsStr::new("postgres"), OsStr::new("--"), program.as_os_str()]);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(directory).env("PATH", env::var_os("PATH").unwrap_or_default());
    command
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

#[test]
fn nothing_remains_of_a_cluster() {
    let cluster = Cluster::start();
    let (directory, address) = (cluster.directory.clone(), cluster.address);
    assert!(TcpStream::connect(address).is_ok());
    drop(cluster);
    assert!(!directory.exists());
    assert!(TcpStream::connect(address).is_err());
}

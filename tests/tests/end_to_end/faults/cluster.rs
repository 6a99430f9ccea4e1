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

/// The script of a shell that, once its input ends, stops the Postgres in a directory and removes the directory.
const SCRIPT: &str = r#"cat; directory=$1; shift; "$@"; rm -rf -- "$directory""#;

/// A Postgres server for one test, which can be stopped and started. The server is stopped and its files are removed when
/// this value is dropped, and also if the test is interrupted or killed.
#[derive(Debug)]
pub(super) struct Cluster {
    directory: PathBuf,
    address: SocketAddr,
    /// Stops the server when the cluster is dropped.
    _keeper: Keeper,
}

/// A shell that runs until its input is closed. The kernel closes the input when this process ends. The shell has its own
/// process group, so that Ctrl-C does not interrupt it.
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

    /// Stops the server like a crash.
    pub(super) fn crash(&self) {
        run(self.pg_ctl("stop").args(["--mode=immediate", "--wait"]));
    }

    /// Starts the server again, and waits until it accepts connections.
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
        // Nothing can be done about an error.
        drop(self.shell.wait());
    }
}

fn pg_ctl(directory: &Path, action: &str) -> Command {
    let mut command = command(directory, "pg_ctl");
    command.arg(action).arg("--pgdata").arg(directory.join("data"));
    command
}

/// Returns a command that runs a program of Postgres, as a user that is not root.
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
    // A process that the command starts must not keep a pipe of this process open.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let status = status.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

#[test]
fn a_dropped_cluster_is_stopped_and_removed() {
    let cluster = Cluster::start();
    let (directory, address) = (cluster.directory.clone(), cluster.address);
    assert!(TcpStream::connect(address).is_ok());
    drop(cluster);
    assert!(!directory.exists());
    assert!(TcpStream::connect(address).is_err());
}

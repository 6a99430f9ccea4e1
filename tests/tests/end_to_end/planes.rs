//! Processes of the binary. Each process writes its log to a file. The test that starts a process also stops it.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

use edgewise_tests::process::{Server, edgewise, free_address};
use tempfile::TempDir;

use crate::client::Client;

/// The time limit for an event that must happen. A test fails after this time.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A running plane.
#[derive(Debug)]
pub(crate) struct Plane {
    server: Option<Server>,
    log: PathBuf,
    /// A client of the plane, with the prefix of the plane's routes.
    pub(crate) api: Client,
}

/// A control plane, a decision plane and a gateway as separate processes that share a snapshot directory.
#[derive(Debug)]
pub(crate) struct Apart {
    pub(crate) control: Plane,
    pub(crate) decide: Plane,
    pub(crate) gateway: Plane,
}

impl Apart {
    /// Starts the planes. `options` are options of the gateway.
    pub(crate) fn start(directory: &Path, options: &[&str]) -> Self {
        let data = directory.join("data");
        let start = |plane: &str, options: &[&str]| {
            let trusting = [options, &["--trusted-proxies", "127.0.0.1"]].concat();
            Plane::start(plane, directory, &trusting)
        };
        let control = start("control", &["--data-dir", &data.to_string_lossy()]);
        let store = format!("file:{}", data.join("snapshots").display());
        let decide = start("decide", &["--snapshot-store", &store, "--poll-interval", "0.1"]);
        let gateway = Plane::start_with("gateway", directory, |command| {
            command.args(["--control-url", &control.url(), "--decide-url", &decide.url()]).args(options)
        });
        Self { control, decide, gateway }
    }
}

impl Plane {
    /// Starts a plane in `directory`, which also contains the log.
    pub(crate) fn start(plane: &str, directory: &Path, options: &[&str]) -> Self {
        Self::start_with(plane, directory, |command| command.args(options))
    }

    pub(crate) fn start_with(
        plane: &str,
        directory: &Path,
        set_up: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Self {
        let address = free_address().unwrap();
        let log = directory.join(format!("{plane}-{}.log", address.port()));
        let mut command = Command::new(edgewise().unwrap());
        command.arg(plane).args(["--bind", &address.to_string()]);
        command.current_dir(directory).stdout(Stdio::null()).stderr(File::create(&log).unwrap());
        set_up(&mut command);
        let server = Server::start(&mut command, address).unwrap_or_else(|problem| {
            panic!("`edgewise {plane}`: {problem}\n{}", fs::read_to_string(&log).unwrap_or_default())
        });
        let prefix = if matches!(plane, "serve" | "gateway") { "/api" } else { "" };
        Self { server: Some(server), log, api: Client::new(address, prefix) }
    }

    /// Starts all planes in one process, in `directory`, without a rate limit.
    pub(crate) fn serve(directory: &Path) -> Self {
        Self::start("serve", directory, &["--decide-rate-limit-enabled", "false"])
    }

    /// Returns a client without the prefix.
    pub(crate) fn root(&self) -> Client {
        self.api.below("")
    }

    /// Returns the URL of the plane.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.api.address())
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Sends SIGTERM, and waits until the process has exited.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.server.take().unwrap().stop().unwrap()
    }

    /// Kills the process (SIGKILL).
    pub(crate) fn kill(mut self) {
        drop(self.server.take());
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        if thread::panicking() {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let last = &lines[lines.len().saturating_sub(40)..];
            eprintln!("── the last lines of {}:\n{}", self.log.display(), last.join("\n"));
        }
    }
}

/// A server with its own directory.
#[derive(Debug)]
pub(crate) struct Serve {
    pub(crate) plane: Plane,
    pub(crate) directory: TempDir,
}

impl Serve {
    pub(crate) fn start() -> Self {
        let directory = TempDir::new().unwrap();
        Self { plane: Plane::serve(directory.path()), directory }
    }

    /// Returns the server that tests share. The last test that uses the server stops it.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Serve>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let serve = Arc::new(Self::start());
            *shared = Arc::downgrade(&serve);
            serve
        })
    }
}

/// A process that has exited.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// The standard error output.
    pub(crate) errors: String,
}

/// Runs the binary in `directory` until it exits.
pub(crate) fn run(directory: &Path, set_up: impl FnOnce(&mut Command) -> &mut Command) -> Ended {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new(edgewise().unwrap());
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("EDGEWISE_") || name.starts_with("DECIDE_")) {
            command.env_remove(name);
        }
    }
    command.current_dir(directory).stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(file.reopen().unwrap());
    set_up(&mut command);
    let mut child = command.spawn().unwrap();
    let deadline = Instant::now() + TIMEOUT;
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if Instant::now() > deadline => {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("{command:?} still runs: {}", fs::read_to_string(file.path()).unwrap());
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    Ended { status, errors: fs::read_to_string(file.path()).unwrap() }
}

/// Calls `poll` repeatedly until it returns a value.
#[track_caller]
pub(crate) fn eventually<T>(event: &str, mut poll: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        if let Some(value) = poll() {
            return value;
        }
        assert!(Instant::now() < deadline, "not within {TIMEOUT:?}: {event}");
        thread::sleep(Duration::from_millis(5));
    }
}

//! Processes of the binary, each with its log in a file, stopped by the test that started them.

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

/// How long anything that must happen may take before a test takes it for never.
const PATIENCE: Duration = Duration::from_secs(30);

/// A plane that runs.
#[derive(Debug)]
pub(crate) struct Plane {
    server: Option<Server>,
    log: PathBuf,
    /// Asks it, below the path that its routes stand at.
    pub(crate) api: Client,
}

/// The planes apart: three processes that share a directory of snapshots.
#[derive(Debug)]
pub(crate) struct Apart {
    pub(crate) control: Plane,
    pub(crate) decide: Plane,
    pub(crate) gateway: Plane,
}

impl Apart {
    /// `options` are the gateway's.
    pub(crate) fn start(directory: &Path, options: &[&str]) -> Self {
        let data = directory.join("data");
        let control = Plane::start("control", directory, &["--data-dir", &data.to_string_lossy()]);
        let store = format!("file:{}", data.join("snapshots").display());
        let decide =
            Plane::start("decide", directory, &["--snapshot-store", &store, "--poll-interval", "0.1"]);
        let gateway = Plane::start_with("gateway", directory, |command| {
            command.args(["--control-url", &control.url(), "--decide-url", &decide.url()]).args(options)
        });
        Self { control, decide, gateway }
    }
}

impl Plane {
    /// Starts a plane with these options, in `directory`, where its log goes too.
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

    /// Everything in one process, in `directory`, and nobody is limited.
    pub(crate) fn serve(directory: &Path) -> Self {
        Self::start("serve", directory, &["--decide-rate-limit-enabled", "false"])
    }

    /// Asks it for what does not stand below its prefix.
    pub(crate) fn root(&self) -> Client {
        self.api.below("")
    }

    /// `http://` and its address.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.api.address())
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Asks it to stop (SIGTERM), and waits until it has.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.server.take().unwrap().stop().unwrap()
    }

    /// Ends it without a warning (SIGKILL).
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

/// A server with a directory of its own.
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

    /// The server that tests share. It is stopped by the last that uses it.
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

/// A process that has ended by itself.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// Its standard error output.
    pub(crate) errors: String,
}

/// Runs the binary in `directory` until it ends by itself.
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
    let deadline = Instant::now() + PATIENCE;
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

/// Asks again and again until there is an answer.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

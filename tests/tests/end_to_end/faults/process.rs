use std::{
    fs::{self, File},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use edgewise_tests::process::{edgewise, free_address};

use crate::{client::Client, planes::eventually};

/// A plane that listens, but need not be ready. The process can be suspended and resumed. Dropping this value kills the
/// process.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    log: PathBuf,
    pub(super) api: Client,
}

impl Process {
    pub(super) fn start(
        plane: &str,
        directory: &Path,
        set_up: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Self {
        let address = free_address().unwrap();
        let log = directory.join(format!("{plane}-{}.log", address.port()));
        let mut command = Command::new(edgewise().unwrap());
        command.arg(plane).args(["--bind", &address.to_string()]).current_dir(directory);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log).unwrap());
        let child = set_up(&mut command).spawn().unwrap();
        let prefix = if plane == "serve" { "/api" } else { "" };
        let process = Self { child, log, api: Client::new(address, prefix) };
        eventually("the plane listens", || TcpStream::connect(address).ok());
        process
    }

    /// Returns a client without the prefix.
    pub(super) fn root(&self) -> Client {
        self.api.below("")
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Suspends the process (SIGSTOP).
    pub(super) fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Resumes the process (SIGCONT).
    pub(super) fn wake(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The process may have exited already, and nothing can be done about an error.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

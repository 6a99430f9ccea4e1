use std::{
    fs::File,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

use edgewise_tests::process::{edgewise, free_address};

use crate::{client::Client, planes::eventually};

/// A plane that listens, but need not be ready. The process can be suspended and resumed. Dropping this value kills the
/// process.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    pub(super) api: Client,
}

impl Process {
    pub(super) fn start(
        plane: &str,
        directory: &Path,
        set_up: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Self {
        let address = free_address().unwrap();
        let log = File::create(directory.join(format!("{plane}-{}.log", address.port()))).unwrap();
        let mut command = Command::new(edgewise().unwrap());
        command.arg(plane).args(["--bind", &address.to_string()]).current_dir(directory);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let child = set_up(&mut command).spawn().unwrap();
        let process = Self { child, api: Client::new(address, "") };
        eventually("the plane listens", || TcpStream::connect(address).ok());
        process
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

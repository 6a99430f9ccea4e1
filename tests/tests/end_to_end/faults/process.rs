use std::{
    fs::File,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

use edgewise_tests::process::{edgewise, free_address};

use crate::{client::Client, planes::eventually};

/// A plane of which nothing is expected yet but that it listens. It can be stopped and woken. Killed when dropped.
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

    /// Has it hang (SIGSTOP).
    pub(super) fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Has it go on (SIGCONT).
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
        // It may have ended already; there is nobody to tell.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

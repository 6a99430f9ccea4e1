//! Programs of others that tests start: proxies and poolers.

use std::{
    env, fs,
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

/// The time limit for a program to listen.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Directories of programs that are not always on the path of an ordinary user.
const DIRECTORIES: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"];

/// A program in a separate process. Dropping this value kills the process.
#[derive(Debug)]
pub(crate) struct Program(Child);

impl Program {
    /// Starts a program, and waits until the program listens on `address`. The program's messages go to `log`.
    ///
    /// # Errors
    /// If the program cannot be started, exits, or does not listen after 30 s. The error contains the messages.
    pub(crate) fn start(command: &mut Command, address: SocketAddr, log: &Path) -> Result<Self> {
        let messages = fs::File::create(log)?;
        command.stdin(Stdio::null()).stdout(messages.try_clone()?).stderr(messages);
        let child = command.spawn();
        let child = child.with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let mut program = Self(child);
        let deadline = Instant::now() + TIMEOUT;
        while TcpStream::connect(address).is_err() {
            if let Some(status) = program.0.try_wait()? {
                bail!("{command:?} exited ({status}):\n{}", fs::read_to_string(log)?);
            }
            ensure!(Instant::now() < deadline, "{command:?} does not listen:\n{}", fs::read_to_string(log)?);
            sleep(Duration::from_millis(10));
        }
        Ok(program)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // The process may have exited already, and nothing can be done about an error.
        let _killed = self.0.kill();
        let _status = self.0.wait();
    }
}

/// Returns the path of a program that `cargo xtask test` installs.
///
/// # Errors
/// If the program is not installed.
pub(crate) fn find(name: &str) -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut directories = env::split_paths(&path).chain(DIRECTORIES.map(PathBuf::from));
    let found = directories.find_map(|directory| Some(directory.join(name)).filter(|path| path.is_file()));
    found.with_context(|| format!("{name} is not installed: `cargo xtask test` installs it"))
}

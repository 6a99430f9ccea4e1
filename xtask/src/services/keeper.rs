//! Ending servers and tests, however the run ends.

use std::{
    fs::{self, File, Permissions},
    io::Write,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::cargo;

/// How long a server may take to be ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a shell does with the process groups, each with the signal that ends it, and the paths that it reads, once its
/// input ends.
const SCRIPT: &str = r#"
groups=
while read -r order; do
    case $order in
        /*) set -- "$@" "$order" ;;
        *) groups="$groups $order" ;;
    esac
done
for group in $groups; do kill -s "${group%:*}" -- "-${group#*:}"; done
tries=0
for group in $groups; do
    while kill -s 0 -- "-${group#*:}" && [ "$tries" -lt 120 ]; do
        tries=$((tries + 1))
        sleep 0.1
        [ "$tries" -lt 100 ] || kill -s KILL -- "-${group#*:}"
    done
done
rm -rf -- "$@"
"#;

/// The quickest end of Postgres that leaves nothing in the kernel; SeaweedFS waits for nothing then, either.
const QUIT: &str = "QUIT";

/// What programs take for a wish to end them, and what ends those that do not care.
const TERMINATE: &str = "TERM";

/// Ends servers and tests and removes their files when it is dropped, and also if this process is interrupted or
/// killed.
///
/// A shell does it, which lives as long as its input is open: the kernel closes that with this process. All have
/// process groups of their own, so that Ctrl-C reaches this process alone.
pub(super) struct Keeper {
    shell: Child,
    orders: Option<ChildStdin>,
    servers: Vec<Server>,
    directory: PathBuf,
}

struct Server {
    name: &'static str,
    process: Child,
    log: PathBuf,
}

impl Keeper {
    /// A keeper with a fresh directory.
    pub(super) fn new() -> Result<Self> {
        // A server may run as another user.
        let all_may_pass = Permissions::from_mode(0o711);
        let mut directory = tempfile::Builder::new();
        let directory = directory.prefix("edgewise-").permissions(all_may_pass).tempdir()?;
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT, "keeper"]).arg(directory.path()).process_group(0).current_dir("/");
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut shell = shell.spawn().context("cannot start `sh`")?;
        let orders = shell.stdin.take();
        Ok(Self { shell, orders, servers: Vec::new(), directory: directory.keep() })
    }

    /// A directory for what belongs to the servers; it is removed in the end.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Has a file removed in the end that lies outside of the directory.
    pub(super) fn remove_in_the_end(&mut self, path: &Path) -> Result<()> {
        self.order(&path.display().to_string())
    }

    /// Starts a server that writes its log into the directory.
    pub(super) fn start(&mut self, name: &'static str, command: &mut Command) -> Result<()> {
        let log = self.directory.join(format!("{name}.log"));
        let output = File::create(&log)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let process = self.spawn(command, QUIT)?;
        self.servers.push(Server { name, process, log });
        Ok(())
    }

    /// Runs a command to its end. What it leaves running ends with the servers.
    ///
    /// # Errors
    /// If it cannot be started or fails.
    pub(super) fn run(&mut self, command: &mut Command) -> Result<()> {
        let status = self.spawn(command.stdin(Stdio::null()), TERMINATE)?.wait()?;
        ensure!(status.success(), "`{}` failed ({status})", cargo::shown(command));
        Ok(())
    }

    fn spawn(&mut self, command: &mut Command, end: &str) -> Result<Child> {
        let spawned = command.process_group(0).spawn();
        let process = spawned.with_context(|| format!("cannot start `{}`", cargo::shown(command)))?;
        self.order(&format!("{end}:{}", process.id()))?;
        Ok(process)
    }

    /// Waits until a server is ready.
    ///
    /// # Errors
    /// If it is not in time, or any server ends; with the end of their logs.
    pub(super) fn wait(&mut self, what: &str, ready: impl Fn() -> bool) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !ready() {
            for server in &mut self.servers {
                if let Some(status) = server.process.try_wait()? {
                    bail!("{} ended before it was ready ({status}){}", server.name, server.log());
                }
            }
            if Instant::now() > deadline {
                let logs: String = self.servers.iter().map(Server::log).collect();
                bail!("{what} is not ready after {PATIENCE:?}{logs}");
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn order(&mut self, order: &str) -> Result<()> {
        let orders = self.orders.as_mut().context("the shell has no input")?;
        writeln!(orders, "{order}").context("the shell that ends the servers has ended itself")
    }
}

impl Server {
    /// What its log says last, to stand below an error.
    fn log(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        format!("\n{}, last lines:\n{}", self.name, last_lines(&String::from_utf8_lossy(&log)))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // This closes the shell's input. The shell counts on ended servers being waited for.
        self.orders = None;
        for server in &mut self.servers {
            let _status = server.process.wait();
        }
        let _status = self.shell.wait();
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines.split_at(lines.len().saturating_sub(20)).1.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(process: &str) -> bool {
        Command::new("kill").args(["-0", process]).stderr(Stdio::null()).status().unwrap().success()
    }

    #[test]
    fn nothing_remains_of_a_server() {
        let mut keeper = Keeper::new().unwrap();
        let directory = keeper.directory().to_owned();
        let elsewhere = tempfile::tempdir().unwrap();
        let socket = elsewhere.path().join("with a space.sock");
        fs::write(&socket, "").unwrap();
        keeper.remove_in_the_end(&socket).unwrap();
        // A server with a process of its own.
        let mut server = Command::new("sh");
        server.args(["-c", "sh -c 'echo $$; exec sleep 600'; true"]);
        keeper.start("server", &mut server).unwrap();
        let log = || fs::read_to_string(directory.join("server.log")).unwrap();
        keeper.wait("server", || log().ends_with('\n')).unwrap();
        let child = log().trim().to_owned();
        assert!(runs(&child));
        drop(keeper);
        assert!(!runs(&child), "the server's child goes on");
        assert!(!directory.exists() && !socket.exists());
        assert!(elsewhere.path().exists());
    }

    #[test]
    fn nothing_remains_of_a_test_either() {
        let mut keeper = Keeper::new().unwrap();
        let left = keeper.directory().join("left");
        let mut test = Command::new("sh");
        test.args(["-c", "sleep 600 & echo $! > \"$0\"; exit 3"]).arg(&left).stdin(Stdio::piped());
        let problem = keeper.run(&mut test).unwrap_err().to_string();
        assert!(problem.ends_with("failed (exit status: 3)"), "{problem}");
        let left = fs::read_to_string(left).unwrap().trim().to_owned();
        assert!(runs(&left));
        drop(keeper);
        assert!(!runs(&left));
    }

    #[test]
    fn a_server_that_ends_early_is_reported_with_its_log() {
        let mut keeper = Keeper::new().unwrap();
        let mut command = Command::new("sh");
        keeper.start("mayfly", command.args(["-c", "echo the port is taken; exit 3"])).unwrap();
        let problem = keeper.wait("mayfly", || false).unwrap_err().to_string();
        assert!(problem.contains("mayfly ended before it was ready (exit status: 3)"), "{problem}");
        assert!(problem.ends_with("the port is taken"), "{problem}");
    }

    #[test]
    fn only_the_end_of_a_log_is_shown() {
        let log: String = (1..=30).map(|line| format!("line {line}\n")).collect();
        let shown = last_lines(&log);
        assert!(shown.starts_with("line 11\n") && shown.ends_with("line 30"), "{shown}");
        assert_eq!(last_lines("one"), "one");
    }
}

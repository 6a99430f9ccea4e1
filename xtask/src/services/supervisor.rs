//! Stopping servers and tests, even if this process is killed.

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

/// How long a server may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A shell script. Each line of its input is a process group with the signal that stops it, or an absolute path. At the
/// end of its input, the script stops the groups and deletes the paths.
const SCRIPT: &str = r#"
groups=
while read -r entry; do
    case $entry in
        /*) set -- "$@" "$entry" ;;
        *) groups="$groups $entry" ;;
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

/// The signal for servers. It is the fastest way to stop Postgres without leaving resources in the kernel, and
/// SeaweedFS stops at once, too.
const QUIT: &str = "QUIT";

/// The signal for tests.
const TERMINATE: &str = "TERM";

/// Servers and tests, which are stopped when this value is dropped, and also if this process is interrupted or killed.
/// Their files are deleted.
///
/// A shell process stops them at the end of its input, which the kernel closes when this process ends. All processes
/// have process groups of their own, so that Ctrl-C reaches this process alone.
pub(super) struct Supervisor {
    shell: Child,
    input: Option<ChildStdin>,
    servers: Vec<Server>,
    directory: PathBuf,
}

struct Server {
    name: &'static str,
    process: Child,
    log: PathBuf,
}

impl Supervisor {
    /// Creates a supervisor with an empty directory.
    pub(super) fn new() -> Result<Self> {
        // A server may run as another user, who must reach its own directory below.
        let passable = Permissions::from_mode(0o711);
        let mut directory = tempfile::Builder::new();
        let directory = directory.prefix("edgewise-").permissions(passable).tempdir()?;
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT, "supervisor"]).arg(directory.path()).process_group(0).current_dir("/");
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut shell = shell.spawn().context("cannot start `sh`")?;
        let input = shell.stdin.take();
        Ok(Self { shell, input, servers: Vec::new(), directory: directory.keep() })
    }

    /// Returns the directory for the servers' files. The directory is deleted at the end.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Registers a file outside of the directory, which is deleted at the end.
    pub(super) fn remove_at_end(&mut self, path: &Path) -> Result<()> {
        self.register(&path.display().to_string())
    }

    /// Starts a server. Its output goes to a log file in the directory.
    pub(super) fn start(&mut self, name: &'static str, command: &mut Command) -> Result<()> {
        let log = self.directory.join(format!("{name}.log"));
        let output = File::create(&log)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let process = self.spawn(command, QUIT)?;
        self.servers.push(Server { name, process, log });
        Ok(())
    }

    /// Runs a command, and waits for its end. Processes that it leaves behind are stopped with the servers.
    ///
    /// # Errors
    /// If the command cannot be started or fails.
    pub(super) fn run(&mut self, command: &mut Command) -> Result<()> {
        let status = self.spawn(command.stdin(Stdio::null()), TERMINATE)?.wait()?;
        ensure!(status.success(), "`{}` failed ({status})", cargo::command_line(command));
        Ok(())
    }

    fn spawn(&mut self, command: &mut Command, signal: &str) -> Result<Child> {
        let spawned = command.process_group(0).spawn();
        let process = spawned.with_context(|| format!("cannot start `{}`", cargo::command_line(command)))?;
        self.register(&format!("{signal}:{}", process.id()))?;
        Ok(process)
    }

    /// Waits until the server `name` is ready.
    ///
    /// # Errors
    /// If the server is not ready in time, or a server stops. The error contains the ends of their logs.
    pub(super) fn wait(&mut self, name: &str, ready: impl Fn() -> bool) -> Result<()> {
        let deadline = Instant::now() + START_TIMEOUT;
        while !ready() {
            for server in &mut self.servers {
                if let Some(status) = server.process.try_wait()? {
                    bail!("{} stopped before it was ready ({status}){}", server.name, server.log());
                }
            }
            if Instant::now() > deadline {
                let logs: String = self.servers.iter().map(Server::log).collect();
                bail!("{name} is not ready after {START_TIMEOUT:?}{logs}");
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Writes a line to the shell.
    fn register(&mut self, entry: &str) -> Result<()> {
        let input = self.input.as_mut().context("the input of the shell is closed")?;
        writeln!(input, "{entry}").context("the shell that stops the servers has stopped")
    }
}

impl Server {
    /// Returns the last lines of the server's log, to append to an error.
    fn log(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        format!("\n{}, last lines:\n{}", self.name, last_lines(&String::from_utf8_lossy(&log)))
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        // Closes the shell's input. The shell waits until the groups are gone, so this process must wait for its
        // children.
        self.input = None;
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

    fn is_running(process: &str) -> bool {
        Command::new("kill").args(["-0", process]).stderr(Stdio::null()).status().unwrap().success()
    }

    #[test]
    fn server_and_its_files_are_gone_at_the_end() {
        let mut supervisor = Supervisor::new().unwrap();
        let directory = supervisor.directory().to_owned();
        let elsewhere = tempfile::tempdir().unwrap();
        let socket = elsewhere.path().join("with a space.sock");
        fs::write(&socket, "").unwrap();
        supervisor.remove_at_end(&socket).unwrap();
        // A server that starts a child process.
        let mut server = Command::new("sh");
        server.args(["-c", "sh -c 'echo $$; exec sleep 600'; true"]);
        supervisor.start("server", &mut server).unwrap();
        let log = || fs::read_to_string(directory.join("server.log")).unwrap();
        supervisor.wait("server", || log().ends_with('\n')).unwrap();
        let child = log().trim().to_owned();
        assert!(is_running(&child));
        drop(supervisor);
        assert!(!is_running(&child), "the server's child is still running");
        assert!(!directory.exists() && !socket.exists());
        assert!(elsewhere.path().exists());
    }

    #[test]
    fn processes_that_a_test_leaves_behind_are_stopped() {
        let mut supervisor = Supervisor::new().unwrap();
        let left = supervisor.directory().join("left");
        let mut test = Command::new("sh");
        test.args(["-c", "sleep 600 & echo $! > \"$0\"; exit 3"]).arg(&left).stdin(Stdio::piped());
        let error = supervisor.run(&mut test).unwrap_err().to_string();
        assert!(error.ends_with("failed (exit status: 3)"), "{error}");
        let left = fs::read_to_string(left).unwrap().trim().to_owned();
        assert!(is_running(&left));
        drop(supervisor);
        assert!(!is_running(&left));
    }

    #[test]
    fn server_that_stops_early_is_reported_with_its_log() {
        let mut supervisor = Supervisor::new().unwrap();
        let mut command = Command::new("sh");
        supervisor.start("mayfly", command.args(["-c", "echo the port is taken; exit 3"])).unwrap();
        let error = supervisor.wait("mayfly", || false).unwrap_err().to_string();
        assert!(error.contains("mayfly stopped before it was ready (exit status: 3)"), "{error}");
        assert!(error.ends_with("the port is taken"), "{error}");
    }

    #[test]
    fn only_the_last_lines_of_a_log_are_reported() {
        let log: String = (1..=30).map(|line| format!("line {line}\n")).collect();
        let end = last_lines(&log);
        assert!(end.starts_with("line 11\n") && end.ends_with("line 30"), "{end}");
        assert_eq!(last_lines("one"), "one");
    }
}

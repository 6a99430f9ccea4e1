//! Running servers as processes of their own, and asking them something.

use std::{
    env,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    ops::Range,
    path::{self, PathBuf},
    process::{self, Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

/// How long a server may take to be ready, to answer, or to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// The `edgewise` binary: `$EDGEWISE_BIN`, or the one that cargo built beside the running test or bench.
///
/// # Errors
/// If there is none; says how to build it.
pub fn edgewise() -> Result<PathBuf> {
    if let Some(path) = env::var_os("EDGEWISE_BIN") {
        // The server may be started in another directory.
        return Ok(path::absolute(path)?);
    }
    // Tests and benches lie in target/<profile>/deps.
    let own = env::current_exe()?;
    let profile =
        own.parent().and_then(|deps| deps.parent()).context("a test lies in target/<profile>/deps")?;
    let binary = profile.join("edgewise");
    ensure!(binary.is_file(), "there is no {}: `cargo build --package edgewise` makes it", binary.display());
    Ok(binary)
}

/// The ports that servers are given: below those that systems hand out to clients (from 32768 on), so that no
/// connection of a client takes one before its server does.
const PORTS: Range<u16> = 12_000..32_000;

/// An address of this machine on which nothing listens, another one each time.
///
/// # Errors
/// If the machine has none left.
pub fn free_address() -> Result<SocketAddr> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Processes that run at a time begin at different places.
    let ports = PORTS.end - PORTS.start;
    let begin = u16::try_from(process::id().wrapping_mul(101) % u32::from(ports))?;
    for _ in PORTS {
        let offset = (u32::from(begin) + u32::from(NEXT.fetch_add(1, Ordering::Relaxed))) % u32::from(ports);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, PORTS.start + u16::try_from(offset)?));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    bail!("all ports from {} to {} are in use", PORTS.start, PORTS.end)
}

/// A server in a process of its own. It is killed when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: SocketAddr,
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The header `content-type`, or nothing.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Server {
    /// Starts a command that makes a server listen on `address`, and waits until `GET /ready` answers 200.
    ///
    /// The server gets no input and no setting of this process's environment: variables of `command` only count if
    /// set on it.
    ///
    /// # Errors
    /// If it cannot be started, ends, or is not ready after 30 s.
    pub fn start(command: &mut Command, address: SocketAddr) -> Result<Self> {
        let is_setting = |name: &str| name.starts_with("EDGEWISE_") || name.starts_with("DECIDE_RATE_LIMIT_");
        let own: Vec<_> = command.get_envs().map(|(name, _)| name.to_owned()).collect();
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(is_setting) && !own.contains(&name) {
                command.env_remove(name);
            }
        }
        let child = command.stdin(Stdio::null()).spawn();
        let child = child.with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let mut server = Self { child, address };
        let deadline = Instant::now() + PATIENCE;
        while !server.is_ready() {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended before it was ready ({status})");
            }
            ensure!(Instant::now() < deadline, "the server is not ready after {PATIENCE:?}");
            sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    fn is_ready(&self) -> bool {
        self.get("/ready").is_ok_and(|answer| answer.status == 200)
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The id of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks for a path, with its query, over a connection of its own.
    ///
    /// # Errors
    /// If there is no answer within 30 s, or it is no HTTP.
    pub fn get(&self, path: &str) -> Result<Answer> {
        let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Answer::parse(&answer).context("the answer is no HTTP")
    }

    /// Asks it to stop (SIGTERM), and waits until it has.
    ///
    /// # Errors
    /// If it has not after 30 s.
    pub fn stop(mut self) -> Result<ExitStatus> {
        let mut terminate = Command::new("kill");
        terminate.args(["-TERM", &self.id().to_string()]).status().context("cannot start `kill`")?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            ensure!(Instant::now() < deadline, "the server still runs {PATIENCE:?} after SIGTERM");
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; there is nobody to tell.
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Answer {
    /// Takes an answer apart that was sent in one piece, not in chunks.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = str::from_utf8(bytes.get(..end)?).ok()?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let content_type = lines.filter_map(|line| line.split_once(':'));
        let content_type = content_type
            .filter(|(name, _)| name.eq_ignore_ascii_case("content-type"))
            .map(|(_, value)| value.trim().to_owned())
            .next();
        let body = bytes.get(end + 4..)?.to_owned();
        Some(Self { status, content_type: content_type.unwrap_or_default(), body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let bytes =
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length: 6\r\n\r\n{\r\n\r\n}";
        let answer = Answer::parse(bytes).unwrap();
        assert_eq!((answer.status, answer.content_type.as_str()), (200, "application/json"));
        assert_eq!(answer.body, b"{\r\n\r\n}");
        assert_eq!(Answer::parse(b"SSH-2.0\r\n\r\n"), None);
        assert_eq!(Answer::parse(b"HTTP/1.1 200 OK\r\n"), None);
    }

    #[test]
    fn a_server_that_ends_early_is_reported_at_once() {
        let address = free_address().unwrap();
        let problem = Server::start(&mut Command::new("false"), address).unwrap_err();
        assert!(problem.to_string().contains("ended before it was ready"), "{problem}");
    }
}

//! Running servers as processes, and sending requests to them.

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

/// The time limit for a server to become ready, to respond, or to stop.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Returns the path of the `edgewise` binary: `$EDGEWISE_BIN`, or the binary in the target directory of the running test or
/// benchmark.
///
/// # Errors
/// If the binary does not exist. The error says how to build it.
pub fn edgewise() -> Result<PathBuf> {
    if let Some(path) = env::var_os("EDGEWISE_BIN") {
        // The server may be started in another working directory.
        return Ok(path::absolute(path)?);
    }
    // Tests and benchmarks are in target/<profile>/deps.
    let own = env::current_exe()?;
    let profile =
        own.parent().and_then(|deps| deps.parent()).context("a test must be in target/<profile>/deps")?;
    let binary = profile.join("edgewise");
    ensure!(binary.is_file(), "there is no {}: run `cargo build --package edgewise`", binary.display());
    Ok(binary)
}

/// The ports of servers. The ports are below the ephemeral ports (from 32768 on), so that no outgoing connection takes a
/// port before the server does.
const PORTS: Range<u16> = 12_000..32_000;

/// Returns a loopback address on which no process listens; a different address for each call.
///
/// # Errors
/// If all ports are in use.
pub fn free_address() -> Result<SocketAddr> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Concurrent processes begin with different ports.
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

/// A server in a separate process. Dropping this value kills the process.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: SocketAddr,
}

/// A response of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The `content-type` header, or an empty text.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Server {
    /// Starts a server that listens on `address`, and waits until the response to `GET /ready` is 200.
    ///
    /// The server gets no input. Of Edgewise's variables, the server gets only those that are set on `command`, but not
    /// those of this process.
    ///
    /// # Errors
    /// If the server cannot be started, exits, or is not ready after 30 s.
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
        let deadline = Instant::now() + TIMEOUT;
        while !server.is_ready() {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server exited before it was ready ({status})");
            }
            ensure!(Instant::now() < deadline, "the server is not ready after {TIMEOUT:?}");
            sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    fn is_ready(&self) -> bool {
        self.get("/ready").is_ok_and(|response| response.status == 200)
    }

    /// Returns the address that the server listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the id of the process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a GET for a path with its query, over a new connection.
    ///
    /// # Errors
    /// If there is no response within 30 s, or the response is not valid HTTP.
    pub fn get(&self, path: &str) -> Result<Response> {
        let mut stream = TcpStream::connect_timeout(&self.address, TIMEOUT)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address)?;
        let mut response = Vec::new();
        stream.read_to_end(&mut response)?;
        Response::parse(&response).context("the response is not valid HTTP")
    }

    /// Sends SIGTERM to the server, and waits until the server has exited.
    ///
    /// # Errors
    /// If the server has not exited after 30 s.
    pub fn stop(mut self) -> Result<ExitStatus> {
        let mut terminate = Command::new("kill");
        terminate.args(["-TERM", &self.id().to_string()]).status().context("cannot start `kill`")?;
        let deadline = Instant::now() + TIMEOUT;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            ensure!(Instant::now() < deadline, "the server still runs {TIMEOUT:?} after SIGTERM");
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may have exited already, and nothing can be done about an error.
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Response {
    /// Parses a response whose body is not chunked.
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
    fn a_response_is_parsed() {
        let bytes =
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length: 6\r\n\r\n{\r\n\r\n}";
        let response = Response::parse(bytes).unwrap();
        assert_eq!((response.status, response.content_type.as_str()), (200, "application/json"));
        assert_eq!(response.body, b"{\r\n\r\n}");
        assert_eq!(Response::parse(b"SSH-2.0\r\n\r\n"), None);
        assert_eq!(Response::parse(b"HTTP/1.1 200 OK\r\n"), None);
    }

    #[test]
    fn a_server_that_exits_early_is_reported_at_once() {
        let address = free_address().unwrap();
        let problem = Server::start(&mut Command::new("false"), address).unwrap_err();
        assert!(problem.to_string().contains("exited before it was ready"), "{problem}");
    }
}

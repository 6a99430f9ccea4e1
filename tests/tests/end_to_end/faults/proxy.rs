//! A proxy in front of an HTTP server. The proxy injects faults into the requests that a test chooses.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use edgewise_tests::process::free_address;

/// The time limit for a client to send a request, and for the server to respond.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A fault of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection is closed without a response.
    Close,
    /// The request hangs until the fault ends. Then the server gets the request.
    Hang,
    /// The response is truncated.
    Truncate,
    /// The response has this status, and the server never gets the request.
    Status(u16),
    /// The response is a 403 with this code, and the server never gets the request.
    Refuse(&'static str),
    /// The server gets the request, but the response is lost.
    Lose,
}

/// An object of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    Snapshot,
    Ruleset,
    Latest,
    Version,
}

impl Object {
    pub(super) const ALL: [Self; 4] = [Self::Snapshot, Self::Ruleset, Self::Latest, Self::Version];

    /// Whether a path is the path of this object of the environment.
    fn is_at(self, path: &str, environment: &str) -> bool {
        let Some((_, object)) = path.split_once(&format!("/configs/{environment}/")) else { return false };
        let found = match object {
            "version.json" => Self::Version,
            "snapshots/latest.json" => Self::Latest,
            object if object.starts_with("rulesets/") => Self::Ruleset,
            _ => Self::Snapshot,
        };
        found == self
    }
}

/// A proxy that listens on its own port. Dropping the proxy closes the port.
#[derive(Debug)]
pub(super) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    rules: Mutex<Vec<Arc<Rule>>>,
    over: AtomicBool,
}

#[derive(Debug)]
struct Rule {
    method: &'static str,
    environment: String,
    object: Object,
    fault: Fault,
    /// The maximum number of requests with the fault.
    max: usize,
    caught: AtomicUsize,
    lifted: Mutex<bool>,
    changed: Condvar,
}

/// A fault that ends when this value is dropped.
#[derive(Debug)]
pub(super) struct Faulty {
    shared: Arc<Shared>,
    rule: Arc<Rule>,
}

impl Proxy {
    /// Starts a proxy in front of the server at an address.
    pub(super) fn start(server: SocketAddr) -> Self {
        Self::start_at(free_address().unwrap(), server)
    }

    pub(super) fn start_at(address: SocketAddr, server: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let shared = Arc::new(Shared { server, rules: Mutex::default(), over: AtomicBool::new(false) });
        let accepting = shared.clone();
        let thread = thread::spawn(move || {
            for client in listener.incoming() {
                if accepting.over.load(Ordering::SeqCst) {
                    return;
                }
                let shared = accepting.clone();
                // Connection errors are expected.
                thread::spawn(move || client.and_then(|client| shared.serve(client)).ok());
            }
        });
        Self { address, shared, thread: Some(thread) }
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Injects a fault into all requests with this method for this object of the environment.
    pub(super) fn fault(
        &self,
        fault: Fault,
        method: &'static str,
        environment: &str,
        object: Object,
    ) -> Faulty {
        self.fault_of(usize::MAX, fault, method, environment, object)
    }

    /// Injects a fault into the next request with this method for this object of the environment.
    pub(super) fn fault_once(
        &self,
        fault: Fault,
        method: &'static str,
        environment: &str,
        object: Object,
    ) -> Faulty {
        self.fault_of(1, fault, method, environment, object)
    }

    fn fault_of(
        &self,
        max: usize,
        fault: Fault,
        method: &'static str,
        environment: &str,
        object: Object,
    ) -> Faulty {
        let rule = Arc::new(Rule {
            method,
            environment: environment.to_owned(),
            object,
            fault,
            max,
            caught: AtomicUsize::new(0),
            lifted: Mutex::new(false),
            changed: Condvar::new(),
        });
        self.shared.rules().push(rule.clone());
        Faulty { shared: self.shared.clone(), rule }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        for rule in self.shared.rules().iter() {
            rule.lift();
        }
        // A connection wakes the thread that accepts connections.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.address.port())));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Faulty {
    /// Returns the number of requests with the fault so far.
    pub(super) fn caught(&self) -> usize {
        self.rule.caught.load(Ordering::SeqCst)
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        self.shared.rules().retain(|rule| !Arc::ptr_eq(rule, &self.rule));
        self.rule.lift();
    }
}

impl Rule {
    fn lifted(&self) -> MutexGuard<'_, bool> {
        self.lifted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lift(&self) {
        *self.lifted() = true;
        self.changed.notify_all();
    }

    fn wait(&self) {
        drop(self.changed.wait_while(self.lifted(), |lifted| !*lifted));
    }

    /// Whether the rule applies to this request. Counts the request if so.
    fn catches(&self, method: &str, path: &str) -> bool {
        let matches = self.method == method && self.object.is_at(path, &self.environment);
        let increment = |caught: usize| (caught < self.max).then_some(caught + 1);
        matches && self.caught.fetch_update(Ordering::SeqCst, Ordering::SeqCst, increment).is_ok()
    }
}

impl Shared {
    fn rules(&self) -> MutexGuard<'_, Vec<Arc<Rule>>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Handles one request of a connection, and closes the connection.
    fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        client.set_read_timeout(Some(TIMEOUT))?;
        let request = Request::read(&mut client)?;
        let rule = self.rules().iter().find(|rule| rule.catches(&request.method, &request.path)).cloned();
        let fault = rule.as_ref().map(|rule| rule.fault);
        match (fault, &rule) {
            (Some(Fault::Close), _) => return Ok(()),
            (Some(Fault::Status(status)), _) => {
                let head =
                    format!("HTTP/1.1 {status} Fault\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                return client.write_all(head.as_bytes());
            }
            (Some(Fault::Refuse(code)), _) => {
                let body = format!("<Error><Code>{code}</Code><Message>a secret</Message></Error>");
                let head = "HTTP/1.1 403 Forbidden\r\ncontent-type: application/xml\r\nconnection: close";
                let response = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                return client.write_all(response.as_bytes());
            }
            (Some(Fault::Hang), Some(rule)) => rule.wait(),
            _ => {}
        }
        if self.over.load(Ordering::SeqCst) {
            return Ok(());
        }
        let response = self.forward(&request)?;
        match fault {
            Some(Fault::Lose) => Ok(()),
            Some(Fault::Truncate) => client.write_all(&response[..truncated_length(&response)]),
            _ => client.write_all(&response),
        }
    }

    /// Returns the bytes of the server's response.
    fn forward(&self, request: &Request) -> io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(self.server)?;
        server.set_read_timeout(Some(TIMEOUT))?;
        server.write_all(request.head.as_bytes())?;
        server.write_all(&request.body)?;
        let mut response = Vec::new();
        server.read_to_end(&mut response)?;
        Ok(response)
    }
}

/// Returns the length of a truncated response, which ends in the middle of its body, or of its head if there is no body.
fn truncated_length(response: &[u8]) -> usize {
    let body =
        response.windows(4).position(|window| window == b"\r\n\r\n").map_or(response.len(), |end| end + 4);
    if body < response.len() { body.midpoint(response.len()) } else { body / 2 }
}

struct Request {
    method: String,
    /// The path, without the query.
    path: String,
    /// The head as it was sent, because the host is signed, except that the connection is closed after the response.
    head: String,
    body: Vec<u8>,
}

impl Request {
    fn read(client: &mut TcpStream) -> io::Result<Self> {
        let (mut bytes, mut part) = (Vec::new(), [0; 16384]);
        let mut more = |bytes: &mut Vec<u8>| match client.read(&mut part)? {
            0 => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            length => {
                bytes.extend_from_slice(&part[..length]);
                Ok(())
            }
        };
        let end = loop {
            match bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                Some(end) => break end,
                None => more(&mut bytes)?,
            }
        };
        let text = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let header = |line: &str, name: &str| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        };
        let mut lines = text.split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ');
        let method = first.next().unwrap_or_default().to_owned();
        let path = first.next().unwrap_or_default().split('?').next().unwrap_or_default().to_owned();
        let length = lines.clone().find_map(|line| header(line, "content-length"));
        let length: usize = length.map_or(0, |length| length.parse().unwrap_or(0));
        let lines = text.split("\r\n").filter(|line| header(line, "connection").is_none());
        let head = format!("{}\r\nconnection: close\r\n\r\n", lines.collect::<Vec<_>>().join("\r\n"));
        let mut body = bytes.split_off(end + 4);
        while body.len() < length {
            more(&mut body)?;
        }
        Ok(Self { method, path, head, body })
    }
}

//! A proxy in front of a good HTTP server, which makes it a bad one, for the requests that a test chooses.

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

/// How long a client may take to send its request, and the server to answer it.
const PATIENCE: Duration = Duration::from_secs(60);

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection is closed without an answer.
    Close,
    /// Nothing happens until the fault is lifted; then the server gets the request, late.
    Hang,
    /// The answer breaks off.
    Truncate,
    /// The server never sees it; this status is the answer.
    Answer(u16),
    /// The server does it, but nobody hears of that.
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

    /// Whether a path is that of this object, or of one of these objects.
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

/// Listens on a port of its own until it is dropped; then connections are refused.
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
    /// How many requests it is for.
    most: usize,
    caught: AtomicUsize,
    lifted: Mutex<bool>,
    changed: Condvar,
}

/// A fault, until it is dropped.
#[derive(Debug)]
pub(super) struct Faulty {
    shared: Arc<Shared>,
    rule: Arc<Rule>,
}

impl Proxy {
    /// In front of the server at an address.
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
                // A connection that breaks is what this is for.
                thread::spawn(move || client.and_then(|client| shared.serve(client)).ok());
            }
        });
        Self { address, shared, thread: Some(thread) }
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, requests of this method for this object of the environment go wrong.
    pub(super) fn fault(
        &self,
        fault: Fault,
        method: &'static str,
        environment: &str,
        object: Object,
    ) -> Faulty {
        self.fault_of(usize::MAX, fault, method, environment, object)
    }

    /// The same, but only the next one of them.
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
        most: usize,
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
            most,
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
        // Wakes the thread that waits for connections.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.address.port())));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Faulty {
    /// How many requests have gone wrong so far.
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

    /// Whether it is for this request, which then is one fewer.
    fn catches(&self, method: &str, path: &str) -> bool {
        let it_is = self.method == method && self.object.is_at(path, &self.environment);
        let fewer = |caught: usize| (caught < self.most).then_some(caught + 1);
        it_is && self.caught.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer).is_ok()
    }
}

impl Shared {
    fn rules(&self) -> MutexGuard<'_, Vec<Arc<Rule>>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one request of a connection, which then is closed.
    fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        client.set_read_timeout(Some(PATIENCE))?;
        let request = Request::read(&mut client)?;
        let rule = self.rules().iter().find(|rule| rule.catches(&request.method, &request.path)).cloned();
        let fault = rule.as_ref().map(|rule| rule.fault);
        match (fault, &rule) {
            (Some(Fault::Close), _) => return Ok(()),
            (Some(Fault::Answer(status)), _) => {
                let head =
                    format!("HTTP/1.1 {status} Fault\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                return client.write_all(head.as_bytes());
            }
            (Some(Fault::Hang), Some(rule)) => rule.wait(),
            _ => {}
        }
        if self.over.load(Ordering::SeqCst) {
            return Ok(());
        }
        let answer = self.forward(&request)?;
        match fault {
            Some(Fault::Lose) => Ok(()),
            Some(Fault::Truncate) => client.write_all(&answer[..broken_off(&answer)]),
            _ => client.write_all(&answer),
        }
    }

    /// What the server answers, as bytes.
    fn forward(&self, request: &Request) -> io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(self.server)?;
        server.set_read_timeout(Some(PATIENCE))?;
        server.write_all(request.head.as_bytes())?;
        server.write_all(&request.body)?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        Ok(answer)
    }
}

/// Where an answer breaks off: in the middle of its body, or of its head if it has none.
fn broken_off(answer: &[u8]) -> usize {
    let body = answer.windows(4).position(|window| window == b"\r\n\r\n").map_or(answer.len(), |end| end + 4);
    if body < answer.len() { body.midpoint(answer.len()) } else { body / 2 }
}

struct Request {
    method: String,
    /// Without its query.
    path: String,
    /// As it was sent, the host above all, which is signed; but the connection is to be closed after it.
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
        let kept = text.split("\r\n").filter(|line| header(line, "connection").is_none());
        let head = format!("{}\r\nconnection: close\r\n\r\n", kept.collect::<Vec<_>>().join("\r\n"));
        let mut body = bytes.split_off(end + 4);
        while body.len() < length {
            more(&mut body)?;
        }
        Ok(Self { method, path, head, body })
    }
}

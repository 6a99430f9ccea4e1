//! A TCP proxy that can block its connections: no connection is refused or closed, but no data arrives any more.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use edgewise_tests::process::free_address;

/// A TCP proxy. Dropping it closes its connections.
#[derive(Debug)]
pub(super) struct Wire {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    /// Whether new connections are blocked from the start.
    blocked: AtomicBool,
    connections: Mutex<Vec<Connection>>,
    over: AtomicBool,
}

/// Both ends of a connection.
#[derive(Debug)]
struct Connection {
    blocked: Arc<AtomicBool>,
    ends: [TcpStream; 2],
}

impl Wire {
    pub(super) fn start(server: SocketAddr) -> Self {
        let address = free_address().unwrap();
        let listener = TcpListener::bind(address).unwrap();
        let shared = Arc::new(Shared {
            server,
            blocked: AtomicBool::new(false),
            connections: Mutex::default(),
            over: AtomicBool::new(false),
        });
        let accepting = shared.clone();
        let thread = thread::spawn(move || {
            for client in listener.incoming() {
                if accepting.over.load(Ordering::SeqCst) {
                    return;
                }
                // The client notices a connection error itself.
                drop(client.and_then(|client| accepting.connect(client)));
            }
        });
        Self { address, shared, thread: Some(thread) }
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Blocks all current and new connections.
    pub(super) fn block(&self) {
        self.shared.blocked.store(true, Ordering::SeqCst);
        for connection in self.shared.connections().iter() {
            connection.blocked.store(true, Ordering::SeqCst);
        }
    }

    /// Unblocks new connections. Connections that were blocked stay blocked.
    pub(super) fn unblock(&self) {
        self.shared.blocked.store(false, Ordering::SeqCst);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        for end in self.shared.connections().iter().flat_map(|connection| &connection.ends) {
            // The connection may be closed already.
            drop(end.shutdown(Shutdown::Both));
        }
        // A connection wakes the thread that accepts connections.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.address.port())));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Shared {
    fn connections(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(&self, client: TcpStream) -> io::Result<()> {
        let server = TcpStream::connect(self.server)?;
        let mut connections = self.connections();
        let blocked = Arc::new(AtomicBool::new(self.blocked.load(Ordering::SeqCst)));
        for (from, to) in [(&client, &server), (&server, &client)] {
            let (from, to, blocked) = (from.try_clone()?, to.try_clone()?, blocked.clone());
            thread::spawn(move || pass_on(from, to, &blocked));
        }
        connections.push(Connection { blocked, ends: [client, server] });
        Ok(())
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, blocked: &AtomicBool) {
    let mut part = [0; 16384];
    while let Ok(length @ 1..) = from.read(&mut part) {
        if !blocked.load(Ordering::SeqCst) && to.write_all(&part[..length]).is_err() {
            break;
        }
    }
    if !blocked.load(Ordering::SeqCst) {
        drop(to.shutdown(Shutdown::Write));
    }
}

//! A wire to a server, which can fall silent: nothing is refused, nothing breaks, and nothing arrives any more.

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

/// Passes connections on until it is dropped.
#[derive(Debug)]
pub(super) struct Wire {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    /// Whether connections that are made now are silent from the start.
    silent: AtomicBool,
    connections: Mutex<Vec<Connection>>,
    over: AtomicBool,
}

/// Both ends of a connection.
#[derive(Debug)]
struct Connection {
    silent: Arc<AtomicBool>,
    ends: [TcpStream; 2],
}

impl Wire {
    pub(super) fn start(server: SocketAddr) -> Self {
        let address = free_address().unwrap();
        let listener = TcpListener::bind(address).unwrap();
        let shared = Arc::new(Shared {
            server,
            silent: AtomicBool::new(false),
            connections: Mutex::default(),
            over: AtomicBool::new(false),
        });
        let accepting = shared.clone();
        let thread = thread::spawn(move || {
            for client in listener.incoming() {
                if accepting.over.load(Ordering::SeqCst) {
                    return;
                }
                // A connection that cannot be made is for the client to see.
                drop(client.and_then(|client| accepting.connect(client)));
            }
        });
        Self { address, shared, thread: Some(thread) }
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, nothing arrives, neither over connections that there are nor over new ones.
    pub(super) fn fall_silent(&self) {
        self.shared.silent.store(true, Ordering::SeqCst);
        for connection in self.shared.connections().iter() {
            connection.silent.store(true, Ordering::SeqCst);
        }
    }

    /// From now on, new connections work. Those that fell silent stay so.
    pub(super) fn work_again(&self) {
        self.shared.silent.store(false, Ordering::SeqCst);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        for end in self.shared.connections().iter().flat_map(|connection| &connection.ends) {
            // It may be closed already.
            drop(end.shutdown(Shutdown::Both));
        }
        // Wakes the thread that waits for connections.
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
        let silent = Arc::new(AtomicBool::new(self.silent.load(Ordering::SeqCst)));
        for (from, to) in [(&client, &server), (&server, &client)] {
            let (from, to, silent) = (from.try_clone()?, to.try_clone()?, silent.clone());
            thread::spawn(move || pass_on(from, to, &silent));
        }
        connections.push(Connection { silent, ends: [client, server] });
        Ok(())
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, silent: &AtomicBool) {
    let mut part = [0; 16384];
    while let Ok(length @ 1..) = from.read(&mut part) {
        if !silent.load(Ordering::SeqCst) && to.write_all(&part[..length]).is_err() {
            break;
        }
    }
    if !silent.load(Ordering::SeqCst) {
        drop(to.shutdown(Shutdown::Write));
    }
}

//! SIGTERM: the process finishes its current requests, and exits with status 0.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
};

use serde_json::json;

use crate::{
    planes::{Serve, eventually},
    scene::environment,
};

#[test]
fn a_current_request_is_finished_before_a_plane_exits() {
    let Serve { plane, directory: _directory } = Serve::start();
    let address = plane.api.address();
    let body = json!({"name": "last"}).to_string();
    let (first, rest) = body.split_at(5);
    let mut current = plane.api.connect();
    write!(
        current,
        "POST /api/environments HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\n\r\n",
        body.len()
    )
    .unwrap();
    // The interim response shows that the server is reading the request.
    let mut go_on = [0; 25];
    current.read_exact(&mut go_on).unwrap();
    current.write_all(first.as_bytes()).unwrap();

    let stopping = thread::spawn(move || plane.stop());
    eventually("nobody listens any more", || TcpStream::connect(address).is_err().then_some(()));
    current.write_all(rest.as_bytes()).unwrap();
    let mut response = String::new();
    current.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 201 "), "{response}");
    assert_eq!(stopping.join().unwrap().code(), Some(0));
}

#[test]
fn an_idle_connection_does_not_keep_a_plane_from_exiting() {
    let Serve { plane, directory: _directory } = Serve::start();
    environment(&plane.api);
    let mut idle = plane.api.connect();
    write!(idle, "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    assert_eq!(plane.stop().code(), Some(0));
}

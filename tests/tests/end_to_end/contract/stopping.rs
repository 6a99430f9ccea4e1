//! SIGTERM: what is under way is finished, and then the process ends with status 0.

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
fn a_request_under_way_is_finished_before_a_plane_ends() {
    let Serve { plane, directory: _directory } = Serve::start();
    let address = plane.api.address();
    let body = json!({"name": "last"}).to_string();
    let (first, rest) = body.split_at(5);
    let mut under_way = plane.api.connect();
    write!(
        under_way,
        "POST /api/environments HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\n\r\n",
        body.len()
    )
    .unwrap();
    // Told to go on, the client knows that its request is being read.
    let mut go_on = [0; 25];
    under_way.read_exact(&mut go_on).unwrap();
    under_way.write_all(first.as_bytes()).unwrap();

    let stopping = thread::spawn(move || plane.stop());
    eventually("nobody listens any more", || TcpStream::connect(address).is_err().then_some(()));
    under_way.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    under_way.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert_eq!(stopping.join().unwrap().code(), Some(0));
}

#[test]
fn a_connection_that_is_kept_open_does_not_keep_a_plane_from_ending() {
    let Serve { plane, directory: _directory } = Serve::start();
    environment(&plane.api);
    let mut kept = plane.api.connect();
    write!(kept, "GET /health HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut first = [0; 12];
    kept.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    assert_eq!(plane.stop().code(), Some(0));
}

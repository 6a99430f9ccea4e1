//! The network between a decision plane and its store.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread,
};

use super::stack::Stack;
use crate::planes::eventually;

/// Starts an HTTP proxy that responds to every request itself, and returns its address. The response names the requested URL.
fn proxy() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let lines = BufReader::new(client.try_clone().unwrap()).lines();
            let lines: Vec<_> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let url = lines[0].split(' ').nth(1).unwrap();
            let body = format!("{{\"requested\":\"{url}\"}}");
            let head =
                format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            client.write_all((head + &body).as_bytes()).unwrap();
        }
    });
    address
}

#[test]
fn a_store_is_reached_through_the_proxy_of_the_environment() {
    let stack = Stack::of_files();
    let proxy = format!("http://{}", proxy());
    let decide = stack.start_with("decide", |command| {
        command.args(["--snapshot-store", "http://store.example/below"]).env("HTTP_PROXY", &proxy);
        command.env_remove("NO_PROXY").env_remove("no_proxy")
    });
    let object = eventually("the proxy responds", || {
        let reply = decide.api.get("/configs/prod/version.json");
        (reply.status == 200).then(|| reply.json())
    });
    assert_eq!(object["requested"], "http://store.example/below/configs/prod/version.json");
}

#[test]
fn no_proxy_is_used_for_a_store_on_this_machine_or_where_no_proxy_says_so() {
    let stack = Stack::of_files();
    let store = stack.start("serve");
    let proxy = format!("http://{}", proxy());
    let local = stack.start_with("decide", |command| {
        command.args(["--snapshot-store", &store.url()]).env("HTTP_PROXY", &proxy)
    });
    assert_eq!(local.api.get("/configs/prod/version.json").status, 404);
    let excepted = stack.start_with("decide", |command| {
        command.args(["--snapshot-store", "http://store.invalid"]);
        command.env("HTTP_PROXY", &proxy).env("NO_PROXY", "other.example,.invalid").env_remove("no_proxy")
    });
    assert_eq!(excepted.api.get("/configs/prod/version.json").status, 503);
}

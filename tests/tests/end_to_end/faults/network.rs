//! The network between a decision plane and its store.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread,
};

use async_compression::tokio::bufread::GzipEncoder;
use serde_json::json;
use tokio::io::AsyncReadExt;

use super::{
    stack::{Stack, Store},
    wait_for,
};
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
    let decide = stack.start_reader_with("http://store.example/below", |command| {
        command.env("HTTP_PROXY", &proxy).env_remove("NO_PROXY").env_remove("no_proxy")
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
    let local = stack.start_reader_with(&store.url(), |command| command.env("HTTP_PROXY", &proxy));
    assert_eq!(local.api.get("/configs/prod/version.json").status, 404);
    let excepted = stack.start_reader_with("http://store.invalid", |command| {
        command.env("HTTP_PROXY", &proxy).env("NO_PROXY", "other.example,.invalid").env_remove("no_proxy")
    });
    assert_eq!(excepted.api.get("/configs/prod/version.json").status, 503);
}

#[test]
fn objects_that_were_compressed_before_their_upload_are_read() {
    let stack = Stack::of_servers();
    let Store::Bucket(bucket) = stack.store() else { panic!("not a bucket") };
    let snapshot = json!({
        "version": 1, "environment": "prod", "publishedAt": "2026-01-01T00:00:00.000Z", "experiments": [],
    });
    for (path, content) in [("snapshots/1.json", snapshot), ("version.json", json!({"version": 1}))] {
        let (content, mut encoded) = (content.to_string(), Vec::new());
        wait_for(GzipEncoder::new(content.as_bytes()).read_to_end(&mut encoded)).unwrap();
        bucket.put_encoded(&format!("configs/prod/{path}"), "gzip", encoded);
    }
    let decide = stack.start("decide");
    let decision = decide.api.get("/decide?user_key=u&env=prod").is(200);
    assert_eq!(decision["config_version"], 1, "{decision}");
    assert_eq!(decide.root().get("/configs/prod/version.json").is(200), json!({"version": 1}));
}

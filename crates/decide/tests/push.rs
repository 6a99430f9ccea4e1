//! A decision plane that follows the event stream of a control plane whose connections end.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

#[path = "support/store.rs"]
mod store;
mod support;

use std::time::Duration;

use edgewise_decide::{Cache, follow_stream};
use edgewise_http::{Upstream, UpstreamUrl};
use store::Store;
use support::name;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::yield_now,
    time::timeout,
};

/// The time limit for an event that must happen.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Accepts a connection, and begins a response that is a stream of events.
async fn accept(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = timeout(TIMEOUT, listener.accept()).await.unwrap().unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.unwrap());
    }
    assert!(request.starts_with(b"GET /stream "));
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

async fn send(stream: &mut TcpStream, version: u64) {
    let event = format!("event: version\ndata: {{\"environment\":\"prod\",\"version\":{version}}}\n\n");
    stream.write_all(event.as_bytes()).await.unwrap();
}

async fn until(mut holds: impl FnMut() -> bool) {
    let all = async {
        while !holds() {
            yield_now().await;
        }
    };
    timeout(TIMEOUT, all).await.unwrap();
}

fn has_loaded(cache: &Cache, version: u64) -> bool {
    cache.versions().get("prod") == Some(&Some(version))
}

#[tokio::test]
async fn a_stream_that_ends_during_a_load_neither_aborts_the_load_nor_prevents_later_loads() {
    let store = Store::new();
    store.publish("prod", 1);
    // No poll is due during the test.
    let cache = store.cache();
    cache.ruleset(&name("prod")).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let authority = listener.local_addr().unwrap().to_string().parse().unwrap();
    let control = Upstream::new("control plane", UpstreamUrl { authority, prefix: String::new() });
    let following = tokio::spawn(follow_stream(cache.clone(), control));

    let mut stream = accept(&listener).await;
    store.publish("prod", 2);
    let (gets, closed) = (store.gets(), store.gate.acquire_many(1000).await.unwrap());
    send(&mut stream, 2).await;
    until(|| store.gets() > gets).await;
    drop(stream);
    let mut stream = accept(&listener).await;
    drop(closed);
    until(|| has_loaded(&cache, 2)).await;

    store.publish("prod", 3);
    send(&mut stream, 3).await;
    until(|| has_loaded(&cache, 3)).await;
    following.abort();
}

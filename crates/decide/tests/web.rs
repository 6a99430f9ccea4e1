//! Reading a store over HTTP, with a server of the test that responds as stores, caches and networks do.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

use std::{
    env,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_compression::tokio::bufread::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder};
use edgewise_api::loading::Wanted;
use edgewise_decide::{Location, Source, source::Found};
use edgewise_objects::Problem;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const CONTENT: &str = "{\"version\":1}";

/// What a server sends.
enum Answer {
    /// Bytes, after which the connection stays open.
    Keep(Vec<u8>),
    /// Bytes, after which the connection is closed.
    Close(Vec<u8>),
}

/// A server of one test.
struct Server {
    authority: String,
    /// The heads of the requests.
    heads: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Starts a server. `answer` returns the response to a request, from the head of the request and its number on the
    /// connection, from 0 on.
    async fn start(answer: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            authority: listener.local_addr().unwrap().to_string(),
            heads: Arc::default(),
            connections: Arc::default(),
        };
        let (heads, connections, answer) =
            (server.heads.clone(), server.connections.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let (heads, answer) = (heads.clone(), answer.clone());
                tokio::spawn(async move {
                    for number in 0.. {
                        let mut head = Vec::new();
                        while !head.ends_with(b"\r\n\r\n") {
                            let Ok(byte) = stream.read_u8().await else { return };
                            head.push(byte);
                        }
                        let head = String::from_utf8(head).unwrap();
                        let answered = answer(&head, number);
                        heads.lock().unwrap().push(head);
                        match answered {
                            Answer::Keep(bytes) => stream.write_all(&bytes).await.unwrap(),
                            Answer::Close(bytes) => {
                                stream.write_all(&bytes).await.unwrap();
                                stream.shutdown().await.unwrap();
                                return;
                            }
                        }
                    }
                });
            }
        });
        server
    }

    /// Starts a server that sends the same bytes to every request.
    async fn sending(response: impl Into<Vec<u8>>) -> Self {
        let response = response.into();
        Self::start(move |_, _| Answer::Close(response.clone())).await
    }

    async fn source(&self, below: &str) -> Source {
        let url = format!("http://{}{below}", self.authority).parse().unwrap();
        Source::open(&Location::Web(url)).await.unwrap()
    }

    async fn get(&self) -> Result<Option<Found>, Problem> {
        self.source("").await.get(&wanted()).await
    }

    async fn problem(&self) -> String {
        self.get().await.unwrap_err().to_string()
    }
}

fn wanted() -> Wanted {
    Wanted { path: "configs/prod/version.json".to_owned(), content: None, past_caches: false }
}

/// Returns a response with a `content-length`.
fn response(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

async fn encoded(mut encoder: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoder.read_to_end(&mut bytes).await.unwrap();
    bytes
}

#[track_caller]
fn assert_found(found: Result<Option<Found>, Problem>) {
    assert_eq!(String::from_utf8(found.unwrap().unwrap().bytes).unwrap(), CONTENT);
}

#[tokio::test]
async fn compressed_objects_are_decoded() {
    let content = CONTENT.as_bytes();
    let gzip = encoded(GzipEncoder::new(content)).await;
    for (encoding, body) in [
        ("gzip", gzip.clone()),
        ("GZip", gzip.clone()),
        ("x-gzip", gzip.clone()),
        ("br", encoded(BrotliEncoder::new(content)).await),
        ("deflate", encoded(ZlibEncoder::new(content)).await),
        ("deflate", encoded(DeflateEncoder::new(content)).await),
        ("identity", content.to_vec()),
        ("utf-8", content.to_vec()),
        ("gzip", [gzip.as_slice(), &[0; 64]].concat()),
        ("gzip, br", encoded(BrotliEncoder::new(gzip.as_slice())).await),
    ] {
        let head = format!("200 OK\r\nETag: W/\"x\"\r\nContent-Encoding: {encoding}");
        let server = Server::sending(response(&head, body)).await;
        let found = server.get().await.unwrap().unwrap();
        assert_eq!((found.bytes.as_slice(), found.etag.as_deref()), (content, Some("W/\"x\"")), "{encoding}");
        let head = server.heads.lock().unwrap()[0].to_lowercase();
        assert!(head.contains("accept-encoding: gzip, br, deflate\r\n"), "{head}");
    }
}

#[tokio::test]
async fn redirects_are_followed_to_any_address() {
    let target = Server::sending(response("200 OK", CONTENT)).await;
    for status in [301, 302, 303, 307, 308] {
        for location in [format!("http://{}/elsewhere", target.authority), "/below".to_owned()] {
            let server = Server::start(move |head, _| {
                Answer::Close(if head.starts_with("GET /below ") {
                    response("200 OK", CONTENT)
                } else {
                    response(&format!("{status} Moved\r\nLocation: {location}"), "moved")
                })
            })
            .await;
            assert_found(server.get().await);
        }
    }
    let round = Server::sending(response("302 Found\r\nLocation: /again", "")).await;
    assert!(round.problem().await.contains("too many redirects"));
    let nowhere = Server::sending(response("302 Found", "")).await;
    assert!(nowhere.problem().await.contains("status 302"));
}

#[tokio::test]
async fn truncated_responses_are_refused() {
    let gzip = encoded(GzipEncoder::new(CONTENT.as_bytes())).await;
    let half = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{{", CONTENT.len());
    let chunked =
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{CONTENT}\r\n", CONTENT.len());
    for truncated in [
        half.into_bytes(),
        chunked.into_bytes(),
        response("200 OK\r\nContent-Encoding: gzip", &gzip[..gzip.len() - 4]),
        response("206 Partial Content\r\nContent-Range: bytes 0-4/13", &CONTENT[..5]),
    ] {
        assert!(Server::sending(truncated).await.get().await.is_err());
    }
}

#[tokio::test]
async fn responses_of_old_servers_and_with_trailers_are_read() {
    let length = CONTENT.len();
    for whole in [
        format!("HTTP/1.0 200 OK\r\n\r\n{CONTENT}"),
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n{length:x}\r\n{CONTENT}\r\n0\r\nX-Sum: 1\r\n\r\n"
        ),
        format!("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{CONTENT}"),
        format!("HTTP/1.1 203 Changed\r\nContent-Length: {length}\r\n\r\n{CONTENT}"),
    ] {
        assert_found(Server::sending(whole).await.get().await);
    }
}

#[tokio::test]
async fn only_a_missing_or_a_denied_object_is_absent() {
    let denied = "<Error><Code>AccessDenied</Code></Error>";
    for absent in [response("404 Not Found", "no"), response("403 Forbidden", denied)] {
        assert_eq!(Server::sending(absent).await.get().await.unwrap(), None);
    }
    for (head, body, code) in [
        ("403 Forbidden", "", Some("status 403")),
        ("403 Forbidden", "<html>blocked</html>", Some("status 403")),
        ("403 Forbidden", "<Error><Code>SignatureDoesNotMatch</Code></Error>", Some("SignatureDoesNotMatch")),
        ("404 Not Found", "<Error><Code>NoSuchBucket</Code></Error>", Some("NoSuchBucket")),
        ("301 Moved", "<Error><Code>PermanentRedirect</Code></Error>", Some("PermanentRedirect")),
        ("401 Unauthorized", "", Some("status 401")),
        ("400 Bad Request", "<html>no</html>", Some("status 400")),
        ("405 Method Not Allowed", "", Some("status 405")),
        ("501 Not Implemented", "", Some("status 501")),
        ("502 Bad Gateway", "", None),
        ("429 Too Many Requests\r\nRetry-After: 1", "", None),
        ("503 Slow Down", "<Error><Code>SlowDown</Code></Error>", None),
        ("304 Not Modified", "", None),
    ] {
        let problem = Server::sending(response(head, body)).await.get().await.unwrap_err();
        assert_eq!(
            problem.refusal().map(|refusal| refusal.code().to_owned()).as_deref(),
            code,
            "{head} {body}"
        );
    }
}

#[tokio::test]
async fn a_request_is_sent_again_if_the_server_has_closed_an_idle_connection() {
    // A server that closes a connection at the second request, as if both happened at the same time.
    let server = Server::start(|_, number| match number {
        0 => Answer::Keep(response("200 OK", CONTENT)),
        _ => Answer::Close(Vec::new()),
    })
    .await;
    let source = server.source("").await;
    for _ in 0..3 {
        assert_found(source.get(&wanted()).await);
    }
    assert!(server.connections.load(Ordering::SeqCst) > 1);
    let closing = Server::start(|_, _| Answer::Close(Vec::new())).await;
    assert!(closing.get().await.unwrap_err().waiting_helps());
    assert_eq!(closing.heads.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_connection_is_used_for_many_requests() {
    let server = Server::start(|_, _| Answer::Keep(response("200 OK", CONTENT))).await;
    let source = server.source("").await;
    for _ in 0..5 {
        assert_found(source.get(&wanted()).await);
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_web_page_in_place_of_the_object_is_named() {
    let page = "\u{FEFF}\r\n<!DOCTYPE html><title>Sign in to the network</title>";
    let server = Server::sending(response("200 OK\r\nContent-Type: text/html", page)).await;
    assert!(server.problem().await.contains("web page instead of the object"));
}

#[tokio::test]
async fn the_address_keeps_its_escapes_and_names_the_wanted_content() {
    let server = Server::sending(response("200 OK", CONTENT)).await;
    let source = server.source("/a%20b/%E4").await;
    assert_found(source.get(&wanted()).await);
    let content = Some("0123456789abcdef".to_owned());
    assert_found(source.get(&Wanted { content, past_caches: true, ..wanted() }).await);
    let heads = server.heads.lock().unwrap();
    let [plain, exact] = heads.as_slice() else { panic!("{heads:?}") };
    assert!(plain.starts_with("GET /a%20b/%E4/configs/prod/version.json HTTP/1.1\r\n"), "{plain}");
    assert!(!plain.contains("no-cache"), "{plain}");
    assert!(
        exact.starts_with("GET /a%20b/%E4/configs/prod/version.json?v=0123456789abcdef HTTP/1.1\r\n"),
        "{exact}"
    );
    assert!(exact.contains("cache-control: no-cache\r\npragma: no-cache\r\n"), "{exact}");
}

#[tokio::test]
async fn a_store_that_cannot_be_reached_is_described_without_its_address() {
    let problem = Source::open(&Location::Web("http://127.0.0.1:1/secret".parse().unwrap())).await.unwrap();
    let problem = problem.get(&wanted()).await.unwrap_err();
    let text = problem.to_string();
    assert!(
        problem.waiting_helps() && text.contains("Connection refused") && !text.contains("secret"),
        "{text}"
    );
}

/// The variable that is set in the process of its own of a test.
const OWN_PROCESS: &str = "EDGEWISE_TEST_OWN_PROCESS";

/// Runs a test of this file in a process of its own, which uses a proxy for `https://`.
fn in_process_with_proxy(test: &str, proxy: &str) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(OWN_PROCESS, "").env("HTTPS_PROXY", proxy);
    for other in ["https_proxy", "NO_PROXY", "no_proxy"] {
        command.env_remove(other);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_wants_credentials_is_named_for_https_too() {
    const TEST: &str = "a_proxy_that_wants_credentials_is_named_for_https_too";
    if env::var(OWN_PROCESS).is_err() {
        let proxy = Server::sending(response("407 Proxy Authentication Required", "<html>")).await;
        in_process_with_proxy(TEST, &format!("http://{}", proxy.authority));
        assert!(proxy.heads.lock().unwrap()[0].starts_with("CONNECT store.example:443 "));
        return;
    }
    let source = Source::open(&Location::Web("https://store.example".parse().unwrap())).await.unwrap();
    let problem = source.get(&wanted()).await.unwrap_err();
    assert_eq!(problem.refusal().map(edgewise_objects::Refusal::code), Some("status 407"), "{problem}");
}

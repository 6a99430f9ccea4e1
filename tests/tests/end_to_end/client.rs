//! An HTTP client that sends requests unchanged, valid or not, and returns the whole response.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

/// The time limit for a response. A test fails after this time.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client of one server, with a new connection for each request.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    /// The prefix of all paths.
    prefix: &'static str,
}

/// A builder of a request.
#[derive(Clone, Debug)]
pub(crate) struct Request<'a> {
    client: &'a Client,
    method: &'a str,
    target: String,
    host: String,
    headers: String,
    body: Vec<u8>,
}

/// A complete response.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// A description of the request, for messages.
    request: String,
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) const fn new(address: SocketAddr, prefix: &'static str) -> Self {
        Self { address, prefix }
    }

    /// Returns a client of the same server with another prefix.
    pub(crate) const fn below(&self, prefix: &'static str) -> Self {
        Self { address: self.address, prefix }
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.request("GET", path).send()
    }

    pub(crate) fn delete(&self, path: &str) -> Reply {
        self.request("DELETE", path).send()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.request("POST", path).json(&body.to_string()).send()
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Reply {
        self.request("PATCH", path).json(&body.to_string()).send()
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Reply {
        self.request("PUT", path).json(&body.to_string()).send()
    }

    /// Begins a request for `path`, including the query. The path is sent unchanged, without escaping or normalizing it.
    pub(crate) fn request<'a>(&'a self, method: &'a str, path: &str) -> Request<'a> {
        let target = format!("{}{path}", self.prefix);
        let host = self.address.to_string();
        Request { client: self, method, target, host, headers: String::new(), body: Vec::new() }
    }

    /// Opens a connection, for sending bytes that need not be valid HTTP.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect_timeout(&self.address, TIMEOUT).expect("the server listens");
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        stream.set_write_timeout(Some(TIMEOUT)).unwrap();
        stream
    }

    /// Sends the bytes of a complete request, and returns all bytes that the server sends.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        // The server may respond and close the connection before it has received everything.
        let sent = stream.write_all(bytes);
        let response = read_all(&mut stream);
        assert!(
            sent.is_ok() || !response.is_empty(),
            "the connection was closed without a response: {sent:?}"
        );
        response
    }

    /// Sends any bytes, closes the sending side of the connection, and returns all bytes that the server sends.
    pub(crate) fn raw_to_the_end(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        match stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write)) {
            Ok(()) => read_all(&mut stream),
            // The server may close the connection without a response.
            Err(_) => Vec::new(),
        }
    }
}

/// Reads until the server closes or resets the connection.
fn read_all(stream: &mut TcpStream) -> Vec<u8> {
    let (mut response, mut part) = (Vec::new(), [0; 16384]);
    loop {
        match stream.read(&mut part) {
            Ok(0) => return response,
            Ok(length) => response.extend_from_slice(&part[..length]),
            Err(error) => {
                let hangs =
                    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut);
                assert!(!hangs, "no response within {TIMEOUT:?}");
                return response;
            }
        }
    }
}

impl Request<'_> {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// Sends another host than the address of the server.
    pub(crate) fn host(self, host: &str) -> Self {
        Self { host: host.to_owned(), ..self }
    }

    /// Adds a body that is declared as JSON.
    pub(crate) fn json(self, text: &str) -> Self {
        self.header("content-type", "application/json").body(text)
    }

    /// Adds a body with a content length, without a content type.
    pub(crate) fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_owned();
        let length = self.body.len().to_string();
        self.header("content-length", &length)
    }

    /// Adds a chunked body that is declared as JSON.
    pub(crate) fn chunked(mut self, body: &str) -> Self {
        for chunk in body.as_bytes().chunks(60_000) {
            self.body.extend(format!("{:x}\r\n", chunk.len()).bytes());
            self.body.extend(chunk);
            self.body.extend(b"\r\n");
        }
        self.body.extend(b"0\r\n\r\n");
        self.header("content-type", "application/json").header("transfer-encoding", "chunked")
    }

    pub(crate) fn send(self) -> Reply {
        let Self { client, method, target, host, headers, body } = self;
        let head =
            format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}\r\n");
        let mut stream = client.connect();
        // The server may respond and close the connection before it has received everything.
        let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        let response = read_all(&mut stream);
        let body: String = String::from_utf8_lossy(&body).chars().take(300).collect();
        let request = format!("{method} {} {body}", target.chars().take(300).collect::<String>());
        Reply::parse(&response, request.clone()).unwrap_or_else(|| {
            panic!("{request}: the response is not HTTP ({sent:?}): {:?}", String::from_utf8_lossy(&response))
        })
    }
}

impl Reply {
    fn parse(bytes: &[u8], request: String) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = str::from_utf8(bytes.get(..end)?).ok()?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        };
        let headers = lines.map(header).collect::<Option<Vec<_>>>()?;
        let mut reply = Self { request, status, headers, body: bytes.get(end + 4..)?.to_owned() };
        if reply.header("transfer-encoding").is_some() {
            reply.body = dechunked(&reply.body)?;
        }
        Some(reply)
    }

    /// Returns the value of a header, which must not occur more than once.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values =
            self.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str());
        let value = values.next();
        assert_eq!(values.next(), None, "{self}: more than one `{name}`");
        value
    }

    /// Returns the ETag. Panics without a strong ETag.
    #[track_caller]
    pub(crate) fn etag(&self) -> String {
        let etag = self.header("etag").unwrap_or_else(|| panic!("{self}: no ETag"));
        assert!(
            etag.len() > 2 && etag.starts_with('"') && etag.ends_with('"'),
            "{self}: not a strong ETag: {etag}"
        );
        etag.to_owned()
    }

    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("responses are UTF-8")
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{self}: {error}"))
    }

    /// Returns the JSON of the response, which must have this status.
    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self}");
        let content_type = self.header("content-type").unwrap_or_default();
        assert!(content_type.starts_with("application/json"), "{self}: content-type `{content_type}`");
        self.json()
    }

    /// Returns the error text of the response, which must be `{"error": "text"}` with this status.
    #[track_caller]
    pub(crate) fn error(&self, status: u16) -> String {
        let body = self.is(status);
        let error = body["error"].as_str().unwrap_or_default();
        assert!(
            !error.is_empty() && body.as_object().unwrap().len() == 1,
            "{self}: not {{\"error\": \"text\"}}"
        );
        error.to_owned()
    }

    /// Checks an error response like [`Reply::error`]. The text must contain `part`.
    #[track_caller]
    pub(crate) fn error_naming(&self, status: u16, part: &str) {
        let error = self.error(status);
        assert!(error.contains(part), "{self}: the error does not contain `{part}`");
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body: String = String::from_utf8_lossy(&self.body).chars().take(500).collect();
        write!(f, "{} → {} {body}", self.request, self.status)
    }
}

fn dechunked(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|window| window == b"\r\n")?;
        let length = usize::from_str_radix(str::from_utf8(bytes.get(..end)?).ok()?.trim(), 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(bytes.get(end + 2..end + 2 + length)?);
        bytes = bytes.get(end + 4 + length..)?;
    }
}

//! The S3 client, with a server whose responses the test chooses.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

use std::{
    env,
    process::Command,
    sync::{Arc, Mutex},
};

use async_compression::tokio::bufread::GzipEncoder;
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_credential_types::{
    Credentials,
    credential_fn::provide_credentials_fn,
    provider::{SharedCredentialsProvider, error::CredentialsError},
};
use edgewise_objects::{Condition, ObjectError, ObjectStore, Problem, Put, S3, S3Options};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const KEY_ID: &str = "AKIAEXAMPLE";
const SECRET: &str = "example-secret";

/// A server that responds to every request in the same way, and closes the connection.
struct Server {
    url: String,
    /// The heads of the requests, in lower case.
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(head: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let length = body.len();
        let head = format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        let response = [head.as_bytes(), body].concat();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let received = heads.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (mut request, mut part) = (Vec::new(), [0; 4096]);
                while !String::from_utf8_lossy(&request).contains("\r\n\r\n") {
                    let length = stream.read(&mut part).await.unwrap();
                    request.extend(part.iter().take(length));
                }
                received.lock().unwrap().push(String::from_utf8_lossy(&request).to_lowercase());
                stream.write_all(&response).await.unwrap();
                stream.shutdown().await.unwrap();
                // The rest of the request is read, so that the connection is not reset.
                while stream.read(&mut part).await.is_ok_and(|length| length > 0) {}
            }
        });
        Self { url, heads }
    }

    fn store(&self) -> S3 {
        let key = Credentials::new(KEY_ID, SECRET, None, None, "test");
        self.store_with(SharedCredentialsProvider::new(key))
    }

    fn store_with(&self, credentials: SharedCredentialsProvider) -> S3 {
        self.store_in("us-east-1", credentials)
    }

    fn store_in(&self, region: &'static str, credentials: SharedCredentialsProvider) -> S3 {
        let options = S3Options {
            bucket: "bucket".to_owned(),
            prefix: String::new(),
            endpoint: Some(self.url.clone()),
            path_style: true,
        };
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .retry_config(RetryConfig::disabled())
            .credentials_provider(credentials)
            .region(Region::new(region))
            .build();
        S3::with_config(&options, &config)
    }

    fn last_head(&self) -> String {
        self.heads.lock().unwrap().last().cloned().unwrap()
    }
}

/// Returns the response of S3 with an error, whose message contains secrets.
async fn refusing(status: &str, code: &str) -> Server {
    let body = format!(
        "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no {KEY_ID} {SECRET}</Message>\
         <AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId></Error>"
    );
    Server::start(
        &format!("{status}\r\ncontent-type: application/xml\r\nx-amz-bucket-region: eu-west-1"),
        body,
    )
    .await
}

async fn error_of_reading(server: &Server) -> ObjectError {
    server.store().get("configs/a").await.unwrap_err()
}

#[tokio::test]
async fn a_refusal_is_an_error_with_the_code_and_without_the_key() {
    for (status, code, hint) in [
        ("403 Forbidden", "SignatureDoesNotMatch", "AWS_SECRET_ACCESS_KEY"),
        ("403 Forbidden", "InvalidAccessKeyId", "AWS_ACCESS_KEY_ID"),
        ("403 Forbidden", "RequestTimeTooSkewed", "clock"),
        ("403 Forbidden", "AllAccessDisabled", "disabled"),
        ("400 Bad Request", "ExpiredToken", "AWS_SESSION_TOKEN"),
        ("404 Not Found", "NoSuchBucket", "--snapshot-store"),
        ("400 Bad Request", "InvalidBucketName", "--snapshot-store"),
        ("301 Moved Permanently", "PermanentRedirect", "the bucket is in region eu-west-1: set AWS_REGION"),
    ] {
        let server = refusing(status, code).await;
        let write = server.store().put("configs/a", b"1", Condition::Absent).await.unwrap_err();
        for error in [error_of_reading(&server).await, write] {
            assert_eq!(
                error.source.refusal().map(|refusal| refusal.code().to_owned()).as_deref(),
                Some(code)
            );
            let text = error.to_string();
            assert!(text.contains(hint), "{text}");
            assert!(!text.contains(KEY_ID) && !text.contains(SECRET), "{text}");
        }
    }
}

#[tokio::test]
async fn only_a_denied_read_counts_as_absent() {
    let denying = refusing("403 Forbidden", "AccessDenied").await;
    assert_eq!(denying.store().get("configs/a").await.unwrap(), None);
    let write = denying.store().put("configs/a", b"1", Condition::Absent).await.unwrap_err();
    assert!(write.source.refusal().is_some() && write.to_string().contains("s3:PutObject"), "{write}");
    assert_eq!(refusing("404 Not Found", "NoSuchKey").await.store().get("configs/a").await.unwrap(), None);
    let nothing_said = error_of_reading(&Server::start("403 Forbidden", "").await).await;
    assert_eq!(
        nothing_said.source.refusal().map(|refusal| refusal.code().to_owned()).as_deref(),
        Some("status 403")
    );
}

#[tokio::test]
async fn a_store_that_is_busy_is_waited_for() {
    for (status, code) in [("503 Slow Down", "SlowDown"), ("500 Internal Server Error", "InternalError")] {
        let error = error_of_reading(&refusing(status, code).await).await;
        assert!(error.source.waiting_helps() && error.to_string().contains(code), "{error}");
    }
    let down = Server { url: "http://127.0.0.1:1".to_owned(), heads: Arc::default() };
    let error = error_of_reading(&down).await;
    assert!(matches!(error.source, Problem::Unreachable(_)) && error.source.waiting_helps(), "{error}");
    assert!(error.to_string().contains("Connection refused"), "{error}");
}

#[tokio::test]
async fn missing_credentials_are_named() {
    let server = Server::start("200 OK", "").await;
    let no_key = || std::future::ready(Err(CredentialsError::not_loaded("no provider has a key")));
    let provider = provide_credentials_fn(no_key);
    let error =
        server.store_with(SharedCredentialsProvider::new(provider)).get("configs/a").await.unwrap_err();
    assert!(error.to_string().contains("NoCredentials: set AWS_ACCESS_KEY_ID"), "{error}");
    assert!(server.heads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_compressed_object_is_decoded() {
    let mut content = Vec::new();
    GzipEncoder::new(b"{\"version\":1}".as_slice()).read_to_end(&mut content).await.unwrap();
    for encoding in ["gzip", "aws-chunked,gzip"] {
        let head = format!("200 OK\r\netag: \"x\"\r\ncontent-encoding: {encoding}");
        let object = Server::start(&head, &content).await.store().get("configs/a").await.unwrap().unwrap();
        assert_eq!((object.bytes.as_slice(), object.etag.as_str()), (b"{\"version\":1}".as_slice(), "\"x\""));
    }
}

#[tokio::test]
async fn a_write_sends_the_strong_etag_and_no_checksum_that_a_store_may_not_know() {
    let server = Server::start("200 OK\r\netag: \"y\"", "").await;
    for etag in ["\"x-1\"", "W/\"x-1\""] {
        let put = server.store().put("configs/a", b"1", Condition::Matches(etag)).await.unwrap();
        assert_eq!(put, Put::Written);
        let head = server.last_head();
        assert!(head.contains("if-match: \"x-1\""), "{head}");
        assert!(!head.contains("x-amz-checksum") && !head.contains("x-amz-trailer"), "{head}");
    }
}

#[tokio::test]
async fn a_sign_in_page_is_neither_an_object_nor_a_successful_write() {
    let store = Server::start("200 OK\r\ncontent-type: text/html", "<html>sign in</html>").await.store();
    let read = store.get("configs/a").await.unwrap_err();
    assert!(read.to_string().contains("web page instead of the object"), "{read}");
    for condition in [Condition::Absent, Condition::Matches("\"x\"")] {
        let write = store.put("configs/a", b"1", condition).await.unwrap_err();
        assert!(write.source.waiting_helps() && write.to_string().contains("has no ETag"), "{write}");
    }
}

#[tokio::test]
async fn line_breaks_around_credentials_and_region_are_not_sent() {
    let server = refusing("404 Not Found", "NoSuchKey").await;
    let key =
        Credentials::new("AKIAEXAMPLE\n", "example-secret\r\n", Some(" token\n".to_owned()), None, "test");
    let store = server.store_in("eu-west-1\n", SharedCredentialsProvider::new(key));
    assert_eq!(store.get("configs/a").await.unwrap(), None);
    let head = server.last_head();
    assert!(head.contains("x-amz-security-token: token\r\n"), "{head}");
    assert!(
        head.contains("credential=akiaexample/") && head.contains("/eu-west-1/s3/aws4_request"),
        "{head}"
    );
}

#[tokio::test]
async fn credentials_and_a_region_that_cannot_be_sent_are_named() {
    let server = Server::start("200 OK", "").await;
    let token = Some("a\nb".to_owned());
    let cases = [
        ("us-east-1", Credentials::new("AK\nIA", SECRET, None, None, "test"), "InvalidCredentials"),
        ("us-east-1", Credentials::new(KEY_ID, "a\nb", None, None, "test"), "InvalidCredentials"),
        ("us-east-1", Credentials::new(KEY_ID, SECRET, token, None, "test"), "InvalidCredentials"),
        ("us\neast", Credentials::new(KEY_ID, SECRET, None, None, "test"), "InvalidRegion"),
    ];
    for (region, key, code) in cases {
        let store = server.store_in(region, SharedCredentialsProvider::new(key));
        let read = store.get("configs/a").await.unwrap_err();
        let write = store.put("configs/a", b"1", Condition::Absent).await.unwrap_err();
        for error in [read, write] {
            assert_eq!(error.source.refusal().map(edgewise_objects::Refusal::code), Some(code), "{error}");
        }
    }
    assert!(server.heads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_404_of_a_server_that_is_no_store_does_not_count_as_absent() {
    for body in ["<html>404 Not Found</html>", "", "{\"message\":\"not found\"}"] {
        let error = error_of_reading(&Server::start("404 Not Found", body).await).await;
        assert!(
            error.source.refusal().is_some() && error.to_string().contains("EDGEWISE_S3_ENDPOINT"),
            "{error}"
        );
    }
    let other = error_of_reading(&refusing("404 Not Found", "ResourceNotFound").await).await;
    assert!(other.to_string().contains("ResourceNotFound"), "{other}");
}

#[tokio::test]
async fn an_endpoint_that_is_no_store_is_named_at_once() {
    let html = "<html>moved</html>";
    for (status, hint) in [
        ("301 Moved Permanently\r\nlocation: https://127.0.0.1:1/", "EDGEWISE_S3_ENDPOINT"),
        ("302 Found\r\nlocation: https://127.0.0.1:1/", "EDGEWISE_S3_ENDPOINT"),
        ("400 Bad Request", "EDGEWISE_S3_ENDPOINT"),
        ("405 Method Not Allowed", "EDGEWISE_S3_ENDPOINT"),
        ("501 Not Implemented", "If-None-Match"),
    ] {
        let server = Server::start(status, html).await;
        let write = server.store().put("configs/a", b"1", Condition::Absent).await.unwrap_err();
        for error in [error_of_reading(&server).await, write] {
            assert!(error.source.refusal().is_some() && error.to_string().contains(hint), "{error}");
        }
    }
}

#[tokio::test]
async fn a_successful_write_whose_body_is_cut_short_is_no_refusal() {
    let server = Server::start("200 OK\r\netag: \"y\"\r\ntransfer-encoding: chunked", "5\r\nab").await;
    let error = server.store().put("configs/a", b"1", Condition::Absent).await.unwrap_err();
    assert!(matches!(error.source, Problem::Incomplete(_)), "{error}");
}

#[tokio::test]
async fn a_response_that_is_cut_short_is_incomplete() {
    let server = Server::start("200 OK\r\netag: \"y\"\r\ntransfer-encoding: chunked", "5\r\nab").await;
    let error = error_of_reading(&server).await;
    assert!(matches!(error.source, Problem::Incomplete(_)), "{error}");
}

/// The variable with the code that a test expects in a process of its own, which has a wrong setting.
const EXPECTED_CODE: &str = "EDGEWISE_TEST_EXPECTED_CODE";

#[tokio::test]
async fn settings_that_the_client_panics_on_are_named() {
    const TEST: &str = "settings_that_the_client_panics_on_are_named";
    if let Ok(code) = env::var(EXPECTED_CODE) {
        let options = S3Options { bucket: "bucket".to_owned(), ..S3Options::default() };
        let error = S3::new(&options).await.get("configs/a").await.unwrap_err();
        assert!(error.source.refusal().is_some_and(|refusal| refusal.code() == code), "{error}");
        return;
    }
    for (name, value, code) in [
        ("AWS_MAX_ATTEMPTS", "0", "InvalidMaxAttempts"),
        ("AWS_RETRY_MODE", "legacy", "InvalidRetryMode"),
        ("AWS_REGION", "us\neast", "InvalidRegion"),
    ] {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", TEST, "--nocapture"]).env("AWS_REGION", "us-east-1");
        let output = command.env(EXPECTED_CODE, code).env(name, value).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

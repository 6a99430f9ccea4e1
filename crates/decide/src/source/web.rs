//! Reading a store over HTTP, in the way of browsers: redirects, compression, proxies, HTTP/2.

use std::{net::IpAddr, sync::OnceLock, time::Duration};

use axum::http::{
    HeaderMap, StatusCode, Uri,
    header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, PRAGMA},
    uri::Scheme,
};
use edgewise_api::{
    loading::Wanted,
    refusal::{error_code, is_absent},
};
use edgewise_objects::{ACCEPTED_ENCODINGS, Denials, Problem, Refusal, decode, refuse_web_page};
use reqwest::{Client, ClientBuilder, Response, redirect};

use super::found::Found;

/// The size limit of an object, before and after decoding.
const OBJECT_BYTES: usize = 64 << 20;
/// The size limit of what is read of an error response.
const ERROR_BYTES: usize = 64 << 10;
/// How long an idle connection is kept open: shorter than servers keep idle connections.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);
/// The time limit for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The highest number of redirects.
const MAX_REDIRECTS: usize = 10;

/// A store that is read over HTTP.
#[derive(Debug)]
pub struct Web {
    client: Client,
    /// A client that opens a connection for each request.
    fresh_client: OnceLock<Client>,
    base: Uri,
    denials: Denials,
}

/// The HTTP client cannot be set up, because the certificates that the system trusts cannot be read. Stores with an
/// `https://` URL need the certificates.
#[derive(Debug, thiserror::Error)]
#[error("the system's trusted certificates cannot be read, which an https:// snapshot store needs: {0}")]
pub struct SourceError(String);

impl Web {
    /// Creates a client of the store below `base`, without sending a request.
    ///
    /// # Errors
    /// [`SourceError`] if `base` has the scheme `https` and the system's certificates cannot be read.
    pub(super) fn new(base: &Uri) -> Result<Self, SourceError> {
        let client = client(base, |client| client)?;
        Ok(Self { client, fresh_client: OnceLock::new(), base: base.clone(), denials: Denials::default() })
    }

    pub(super) async fn get(&self, wanted: &Wanted) -> Result<Option<Found>, Problem> {
        let response = self.send(wanted).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        match status {
            // A proxy that transforms a response changes the status 200 to 203.
            StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => {}
            status => {
                let status = status.as_u16();
                // The status alone is enough if the body cannot be read.
                let body = read(response, ERROR_BYTES).await.unwrap_or_default();
                if is_absent(status, &body) {
                    if status == 403 {
                        self.denials.record(&wanted.path);
                    }
                    return Ok(None);
                }
                let region = header(&headers, "x-amz-bucket-region");
                return Err(Refusal::of_response(status, error_code(&body), region).into());
            }
        }
        let body = read(response, OBJECT_BYTES).await?;
        // A header can be repeated, which means the same as a list.
        let encodings = headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let content = decode(&encodings.collect::<Vec<_>>().join(","), body, OBJECT_BYTES).await?;
        let bytes = refuse_web_page(content)?;
        Ok(Some(Found { bytes, etag: header(&headers, ETAG.as_str()).map(str::to_owned) }))
    }

    /// Sends a request. If the server closes the connection without a response, which happens to connections that were idle,
    /// sends the request again over a new connection.
    async fn send(&self, wanted: &Wanted) -> Result<Response, Problem> {
        let failed = |error: reqwest::Error| Problem::of_connection(&error.without_url());
        match self.send_by(&self.client, wanted).await {
            Err(error) if is_closed(&error) => {
                let fresh_client = match self.fresh_client.get() {
                    Some(client) => client,
                    None => {
                        let built = client(&self.base, |client| client.pool_max_idle_per_host(0));
                        let built = built.map_err(|error| Problem::Failed(error.to_string()))?;
                        self.fresh_client.get_or_init(|| built)
                    }
                };
                self.send_by(fresh_client, wanted).await.map_err(failed)
            }
            sent => sent.map_err(failed),
        }
    }

    async fn send_by(&self, client: &Client, wanted: &Wanted) -> Result<Response, reqwest::Error> {
        let base = self.base.to_string();
        let mut url = format!("{}/{}", base.trim_end_matches('/'), wanted.path);
        if let Some(content) = &wanted.content {
            url = format!("{url}?v={content}");
        }
        let mut request = client.get(url).header(ACCEPT_ENCODING, ACCEPTED_ENCODINGS);
        if wanted.past_caches {
            request = request.header(CACHE_CONTROL, "no-cache").header(PRAGMA, "no-cache");
        }
        request.send().await
    }
}

/// Creates a client. It uses the proxies of `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, except for a store on
/// this machine.
fn client(base: &Uri, set_up: impl Fn(ClientBuilder) -> ClientBuilder) -> Result<Client, SourceError> {
    let new = || {
        let client = Client::builder()
            .user_agent(concat!("edgewise/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .referer(false)
            .redirect(redirect_policy());
        set_up(if is_this_machine(base.host().unwrap_or_default()) { client.no_proxy() } else { client })
    };
    match new().build() {
        Ok(client) => Ok(client),
        // A store without TLS works on a machine without certificates.
        Err(_) if base.scheme() == Some(&Scheme::HTTP) => new().tls_certs_only([]).build().map_err(unusable),
        Err(error) => Err(unusable(error)),
    }
}

fn unusable(error: reqwest::Error) -> SourceError {
    SourceError(Problem::of_connection(&error).to_string())
}

/// Follows redirects, but not from HTTPS to HTTP, where anybody in between could replace the objects.
fn redirect_policy() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        let is_secure = |url: &reqwest::Url| url.scheme() == "https";
        if attempt.previous().len() > MAX_REDIRECTS {
            attempt.error("too many redirects")
        } else if attempt.previous().last().is_some_and(is_secure) && !is_secure(attempt.url()) {
            attempt.error("the store redirects from https:// to http://")
        } else {
            attempt.follow()
        }
    })
}

/// Returns whether a host is this machine, for which no proxy is used.
fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let is_loopback = |address: IpAddr| address.to_canonical().is_loopback();
    host == "localhost" || host.ends_with(".localhost") || host.parse().is_ok_and(is_loopback)
}

/// Returns whether a server closed the connection instead of responding.
fn is_closed(error: &reqwest::Error) -> bool {
    error.is_request() && !error.is_connect() && !error.is_timeout() && !error.is_redirect()
}

/// Reads a body up to a size limit.
async fn read(mut response: Response, max_bytes: usize) -> Result<Vec<u8>, Problem> {
    let failed = |error: reqwest::Error| Problem::of_body(&error.without_url());
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(failed)? {
        if body.len() + part.len() > max_bytes {
            return Err(Problem::Failed(format!("the content is larger than {max_bytes} bytes")));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

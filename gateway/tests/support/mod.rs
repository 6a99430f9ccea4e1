//! Planes that a test starts on a free port of 127.0.0.1, and stops.
#![allow(dead_code, unused_imports, reason = "each test uses some of the items")]

#[path = "../../../crates/decide/tests/support/mod.rs"]
mod snapshots;

use std::{ffi::OsString, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use edgewise::{
    options::{self, Task},
    planes::{self, Plane},
};
use edgewise_http::{App, server};
use reqwest::{Client, Response};
use serde_json::Value;
pub(crate) use snapshots::{name, other_snapshot, publish, publish_hashed, snapshot};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

/// The time limit for an event that must happen. A test fails after this time.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// A server that runs in this process. A test must call [`Served::stop`].
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    client: Client,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Served {
    /// Starts `edgewise ARGS`.
    pub(crate) async fn plane(args: &[&str]) -> Self {
        let args: Vec<OsString> = ["edgewise"].iter().chain(args).map(Into::into).collect();
        let Task::Run(command) = options::read(&args).unwrap().task else {
            unreachable!("{args:?} runs no plane")
        };
        let plane = planes::start(&command).await.unwrap();
        Self::new(plane.app(), Some(plane)).await
    }

    pub(crate) async fn routes(routes: impl Into<App>) -> Self {
        Self::new(Arc::new(routes.into()), None).await
    }

    async fn new(app: Arc<App>, plane: Option<Plane>) -> Self {
        let listener = server::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            server::serve(listener, app, async { stopped.await.unwrap_or(()) }).await;
            if let Some(plane) = plane {
                plane.stop().await;
            }
        });
        // A test sees responses as they were sent.
        let client = Client::builder().no_gzip().no_brotli().no_deflate().no_zstd();
        let client = client.pool_max_idle_per_host(0).build().unwrap();
        Self { address, client, stop, serving }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    pub(crate) async fn json(&self, path: &str) -> (u16, Value) {
        let response = self.get(path).await;
        (response.status().as_u16(), response.json().await.unwrap())
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Response {
        let mut request = self.client.request(method.parse().unwrap(), self.url(path)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// Sends raw bytes, and returns all bytes that the server sends until it closes the connection.
    pub(crate) async fn raw(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_ref()).await.unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).await.unwrap();
        String::from_utf8_lossy(&response).into_owned()
    }

    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.serving.await.unwrap();
    }
}

//! The HTTP server: accepts connections, times out slow clients, and shuts down gracefully.

mod head_timer;
mod json_errors;

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, HttpBody},
    http::header,
    response::{IntoResponse, Response},
};
use edgewise_api::ApiError;
use futures_util::{
    FutureExt, StreamExt,
    future::{self, BoxFuture, Ready},
};
use http_body_util::Either::Right;
use hyper::{Request, body::Incoming, server::conn::http1, service::Service};
use hyper_util::{rt::TokioIo, server::graceful::GracefulShutdown};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::{app::App, body::buffer_body, fast_path::FastResponse, response::ErrorResponse};
use head_timer::HeadTimer;
use json_errors::JsonErrors;

/// The time limit for receiving the head of a request, and for an idle connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// The time limit for finishing requests after the server was stopped.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// The reason why a server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another process listens on the address.
    #[error(
        "`{address}` is in use: stop the process that listens there, or choose another address with --bind"
    )]
    InUse {
        /// The address that is in use.
        address: SocketAddr,
    },
    /// The operating system refuses the address.
    #[error("cannot listen on `{address}`: {source}: choose another address with --bind")]
    Refused {
        /// The address that the operating system refused.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
}

/// Listens on an address.
///
/// # Errors
/// [`ListenError`] if the address is not available.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ListenError::InUse { address },
        _ => ListenError::Refused { address, source },
    })
}

/// Serves requests until `stop` is ready, and then finishes the current requests, for at most 10 seconds.
pub async fn serve(listener: TcpListener, app: Arc<App>, stop: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    let (stopping, stopped) = watch::channel(false);
    let mut http = http1::Builder::new();
    http.header_read_timeout(HEAD_TIMEOUT);

    let accepting = async {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let connection = (app.clone(), stopped.clone());
                    spawn(&http, &connections, stream, peer, connection);
                }
                Err(error) => accept_failed(&error).await,
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = stop => {}
    }
    drop(listener);
    stopping.send_replace(true);
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, connections.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish within {} s", SHUTDOWN_TIMEOUT.as_secs());
    }
}

fn spawn(
    http: &http1::Builder,
    connections: &GracefulShutdown,
    stream: TcpStream,
    peer: SocketAddr,
    (app, stopped): (Arc<App>, watch::Receiver<bool>),
) {
    // Without TCP_NODELAY, the second packet of a response waits until the client has acknowledged the first packet.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let empty_error = Arc::new(AtomicBool::new(false));
    let stream = TokioIo::new(JsonErrors::new(stream, empty_error.clone()));
    let mut http = http.clone();
    http.timer(HeadTimer::default());
    let service = Connection { app, stopped, peer, empty_error };
    let connection = connections.watch(http.serve_connection(stream, service));
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection was aborted");
        }
    });
}

/// The service that handles the requests of one connection.
struct Connection {
    app: Arc<App>,
    /// Whether the server is stopping.
    stopped: watch::Receiver<bool>,
    peer: SocketAddr,
    /// See [`JsonErrors`].
    empty_error: Arc<AtomicBool>,
}

impl Service<Request<Incoming>> for Connection {
    type Response = FastResponse;
    type Error = Infallible;
    type Future = future::Either<
        Ready<Result<FastResponse, Infallible>>,
        BoxFuture<'static, Result<FastResponse, Infallible>>,
    >;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        if request.body().is_end_stream() {
            let (mut head, body) = request.into_parts();
            let now = AssertUnwindSafe(|| self.app.respond_now(&mut head, self.peer.ip()));
            let response =
                panic::catch_unwind(now).unwrap_or_else(|_panic| Some(internal_error().map(Right)));
            if let Some(response) = response {
                return future::Either::Left(future::ready(Ok(response)));
            }
            request = Request::from_parts(head, body);
        }
        future::Either::Right(self.respond(request).boxed())
    }
}

impl Connection {
    fn respond(
        &self,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<FastResponse, Infallible>> + use<> {
        // Most requests have no body, so that no memory needs to be allocated for a body.
        let request = request.map(|body| if body.is_end_stream() { Body::empty() } else { Body::new(body) });
        let (app, peer, empty_error) = (self.app.clone(), self.peer, self.empty_error.clone());
        let stopped = self.stopped.clone();
        async move {
            let response = match buffer_body(request).await {
                Ok(request) => {
                    let response = AssertUnwindSafe(app.respond(request, peer));
                    response.catch_unwind().await.unwrap_or_else(|_panic| internal_error())
                }
                Err(error) => error.into_response(),
            };
            if response.status().is_client_error() && !response.headers().contains_key(header::CONTENT_TYPE) {
                empty_error.store(true, Ordering::Relaxed);
            }
            Ok(until_stopped(response, stopped).map(Right))
        }
    }
}

/// Ends a stream of server-sent events when the server stops, because such a stream has no end of its own.
fn until_stopped(response: Response, mut stopped: watch::Receiver<bool>) -> Response {
    let media_type = response.headers().get(header::CONTENT_TYPE);
    if !media_type.is_some_and(|media_type| media_type.as_bytes().starts_with(b"text/event-stream")) {
        return response;
    }
    let stop = async move { stopped.wait_for(|stopped| *stopped).await.is_ok() };
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(Box::pin(stop))))
}

/// Returns the response to a request whose handler panicked. The panic hook logs the place of the panic.
fn internal_error() -> Response {
    ErrorResponse(ApiError::internal("internal error: the server has logged the details")).into_response()
}

/// Handles an error of accepting a connection. A connection that the client has aborted is no problem. Any other error,
/// such as too many open files, may pass after a pause.
async fn accept_failed(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "cannot accept a connection: trying again in a second");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Returns a future that is ready when the process receives SIGTERM or SIGINT.
///
/// # Errors
/// If the process cannot listen to signals.
pub fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        let signal = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal, "stopping: finishing the current requests");
    })
}

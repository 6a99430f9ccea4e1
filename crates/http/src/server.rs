//! The HTTP server: accepts connections, bounds how slow a client may be, and ends gracefully.

mod explained;
mod head_timer;

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, HttpBody},
    extract::ConnectInfo,
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

use crate::{app::App, body::with_whole_body, fast_path::FastResponse, response::Failed};
use explained::Explained;
use head_timer::HeadTimer;

/// How long a client may take to send a request's head, and how long an idle connection is kept.
const HEAD_LIMIT: Duration = Duration::from_secs(30);
/// How long requests may take to finish once the server is told to stop.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Why a server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody else listens there.
    #[error("{address} is in use: stop what listens there, or choose another address with --bind")]
    InUse {
        /// The address.
        address: SocketAddr,
    },
    /// The system does not allow it.
    #[error("cannot listen on {address}: {source}: choose another address with --bind")]
    Refused {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

/// Takes an address to listen on.
///
/// # Errors
/// [`ListenError`] if it cannot be had.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ListenError::InUse { address },
        _ => ListenError::Refused { address, source },
    })
}

/// Has requests answered until `stop` is ready; then finishes those under way, for at most 10 seconds.
pub async fn serve(listener: TcpListener, app: Arc<App>, stop: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    let (stopping, stopped) = watch::channel(false);
    let mut http = http1::Builder::new();
    http.header_read_timeout(HEAD_LIMIT);

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
    if tokio::time::timeout(STOP_LIMIT, connections.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish within {} s", STOP_LIMIT.as_secs());
    }
}

fn spawn(
    http: &http1::Builder,
    connections: &GracefulShutdown,
    stream: TcpStream,
    peer: SocketAddr,
    (app, stopped): (Arc<App>, watch::Receiver<bool>),
) {
    // Without it, an answer in two packets waits for the first one's acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let refused = Arc::new(AtomicBool::new(false));
    let stream = TokioIo::new(Explained::new(stream, refused.clone()));
    let mut http = http.clone();
    http.timer(HeadTimer::default());
    let service = Connection { app, stopped, peer, refused };
    let connection = connections.watch(http.serve_connection(stream, service));
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection broke off");
        }
    });
}

/// What answers the requests of one connection.
struct Connection {
    app: Arc<App>,
    /// Whether the server stops.
    stopped: watch::Receiver<bool>,
    peer: SocketAddr,
    /// See [`Explained`].
    refused: Arc<AtomicBool>,
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
            let response = panic::catch_unwind(now).unwrap_or_else(|_panic| Some(panicked().map(Right)));
            if let Some(response) = response {
                return future::Either::Left(future::ready(Ok(response)));
            }
            request = Request::from_parts(head, body);
        }
        future::Either::Right(self.in_time(request).boxed())
    }
}

impl Connection {
    fn in_time(
        &self,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<FastResponse, Infallible>> + use<> {
        // Most requests have no body, and need no room for one.
        let request = request.map(|body| if body.is_end_stream() { Body::empty() } else { Body::new(body) });
        let (app, peer, refused) = (self.app.clone(), self.peer, self.refused.clone());
        let stopped = self.stopped.clone();
        async move {
            let answer = match with_whole_body(request).await {
                Ok(request) => {
                    let answer = AssertUnwindSafe(app.respond(request, peer));
                    answer.catch_unwind().await.unwrap_or_else(|_panic| panicked())
                }
                Err(failed) => failed.into_response(),
            };
            if answer.status().is_client_error() && !answer.headers().contains_key(header::CONTENT_TYPE) {
                refused.store(true, Ordering::Relaxed);
            }
            Ok(until_stopped(answer, stopped).map(Right))
        }
    }
}

/// Events go on for ever, and so end when the server does.
fn until_stopped(answer: Response, mut stopped: watch::Receiver<bool>) -> Response {
    let kind = answer.headers().get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream")) {
        return answer;
    }
    let stop = async move { stopped.wait_for(|stopped| *stopped).await.is_ok() };
    answer.map(|body| Body::from_stream(body.into_data_stream().take_until(Box::pin(stop))))
}

/// The answer where a handler panics, so that the client gets one. The log says where it did.
fn panicked() -> Response {
    Failed(ApiError::internal("internal error: it has been logged")).into_response()
}

/// The address a request came from.
#[must_use]
pub fn client_address(request: &Request<Body>) -> IpAddr {
    let peer: Option<&ConnectInfo<SocketAddr>> = request.extensions().get();
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip())
}

/// A connection that broke off before it was taken is nothing; too many open files is, and passes.
async fn accept_failed(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "cannot take a connection: trying again in a second");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Is ready when the process is asked to end, by SIGTERM or SIGINT.
///
/// # Errors
/// If signals cannot be received.
pub fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        let signal = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal, "stopping: requests under way are finished");
    })
}

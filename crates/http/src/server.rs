//! The HTTP server: accepts connections, limits their number and how long the server waits for clients, and shuts down
//! gracefully.

mod head_timer;
mod json_errors;
mod open_connections;
mod socket;
mod watched;

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
    http::{HeaderValue, header},
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
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::watch,
};

use crate::{
    app::App, body::buffer_body, capacity::is_event_stream, fast_path::FastResponse, response::ErrorResponse,
};
use head_timer::HeadTimer;
use json_errors::JsonErrors;
use open_connections::{OpenConnection, OpenConnections};
use watched::Watched;

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

/// Serves requests until `stop` is ready, and then finishes the current requests, for at most 10 seconds. The app states the
/// limits on connections.
pub async fn serve(listener: TcpListener, app: Arc<App>, stop: impl Future<Output = ()>) {
    socket::limit_unread(&listener, app.capacity().limits().write);
    let connections = GracefulShutdown::new();
    let open = OpenConnections::new(app.capacity().clone());
    let (stopping, stopped) = watch::channel(false);

    let accepting = async {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let Some(admitted) = open.admit().await else { continue };
                    // Without TCP_NODELAY, the second packet of a response waits until the client has acknowledged the
                    // first packet.
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "cannot set TCP_NODELAY");
                    }
                    spawn(&connections, stream, peer, admitted, (app.clone(), stopped.clone()));
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
    connections: &GracefulShutdown,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    (open, timer): (OpenConnection, HeadTimer),
    (app, stopped): (Arc<App>, watch::Receiver<bool>),
) {
    let empty_error = Arc::new(AtomicBool::new(false));
    let stream = Watched::new(stream, open.wait(), open.write());
    let stream = TokioIo::new(JsonErrors::new(stream, empty_error.clone()));
    let mut http = http1::Builder::new();
    http.timer(timer).header_read_timeout(open.idle()).half_close(true);
    let service = Connection { app, stopped, peer, empty_error, open };
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
    open: OpenConnection,
}

impl Service<Request<Incoming>> for Connection {
    type Response = FastResponse;
    type Error = Infallible;
    type Future = future::Either<
        Ready<Result<FastResponse, Infallible>>,
        BoxFuture<'static, Result<FastResponse, Infallible>>,
    >;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        if self.open.is_refused() {
            return future::Either::Left(future::ready(Ok(too_many_connections().map(Right))));
        }
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
        let has_body = !request.body().is_end_stream();
        let request = request.map(|body| if has_body { Body::new(body) } else { Body::empty() });
        let (app, peer, empty_error) = (self.app.clone(), self.peer, self.empty_error.clone());
        let (stopped, wait) = (self.stopped.clone(), self.open.wait());
        async move {
            let received =
                if has_body { wait.receive(buffer_body(request)).await } else { Some(Ok(request)) };
            let response = match received {
                Some(Ok(request)) => {
                    let response = AssertUnwindSafe(app.respond(request, peer));
                    response.catch_unwind().await.unwrap_or_else(|_panic| internal_error())
                }
                Some(Err(error)) => error.into_response(),
                None => slow_body(),
            };
            if response.status().is_client_error() && !response.headers().contains_key(header::CONTENT_TYPE) {
                empty_error.store(true, Ordering::Relaxed);
            }
            if is_event_stream(&response) {
                wait.note_stream();
                return Ok(until_stopped(response, stopped).map(Right));
            }
            Ok(response.map(Right))
        }
    }
}

/// Ends a stream of server-sent events when the server stops, because such a stream has no end of its own.
fn until_stopped(response: Response, mut stopped: watch::Receiver<bool>) -> Response {
    let stop = async move { stopped.wait_for(|stopped| *stopped).await.is_ok() };
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(Box::pin(stop))))
}

/// Returns the response to a request whose handler panicked. The panic hook logs the place of the panic.
fn internal_error() -> Response {
    ErrorResponse(ApiError::internal("internal error: the server has logged the details")).into_response()
}

/// Returns the response to a request on a connection that is refused.
fn too_many_connections() -> Response {
    let error = ApiError::unavailable(
        "the server has as many open connections as its option --max-connections allows: try again later",
    );
    let mut response = ErrorResponse(error).into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// Returns the response to a request whose body has not arrived when its connection makes room for another one.
fn slow_body() -> Response {
    let mut response = ErrorResponse(ApiError::timeout()).into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
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

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use axum::{Router, routing::get};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
        time,
    };

    use super::*;
    use crate::{Capacity, ConnectionLimits, Metrics, with_common_routes};

    const LIMITS: ConnectionLimits = ConnectionLimits {
        idle: Duration::from_secs(75),
        head: Duration::from_secs(30),
        write: Duration::from_secs(20),
        connections: 10,
        streams: 5,
    };
    const SECOND: Duration = Duration::from_secs(1);
    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    const POST: &[u8] = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}";

    /// A server with one connection, whose buffers hold 64 KiB.
    struct Served {
        client: DuplexStream,
        wait: Arc<head_timer::Wait>,
        capacity: Arc<Capacity>,
        _connections: GracefulShutdown,
        _stopping: watch::Sender<bool>,
    }

    /// Responds with a stream that sends nothing.
    async fn stream() -> impl IntoResponse {
        let silence = futures_util::stream::pending::<Result<Vec<u8>, Infallible>>();
        ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(silence))
    }

    impl Served {
        async fn start() -> Self {
            let routes = Router::new()
                .route("/", get(async || "ok").post(async || "ok"))
                .route("/large", get(async || vec![b'x'; 1 << 20]))
                .route("/stream", get(stream));
            let app = Arc::new(with_common_routes(routes, &Metrics::default(), LIMITS));
            let capacity = app.capacity().clone();
            let admitted = OpenConnections::new(capacity.clone()).admit().await.unwrap();
            let wait = admitted.0.wait();
            let connections = GracefulShutdown::new();
            let (stopping, stopped) = watch::channel(false);
            let (client, server) = duplex(64 << 10);
            let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
            spawn(&connections, server, peer, admitted, (app, stopped));
            Self { client, wait, capacity, _connections: connections, _stopping: stopping }
        }

        /// Sends bytes, and reads the response, whose body is `ok`.
        async fn request(&mut self, bytes: &[u8]) {
            self.client.write_all(bytes).await.unwrap();
            let mut response = Vec::new();
            while !response.ends_with(b"\r\n\r\nok") {
                response.push(self.client.read_u8().await.unwrap());
            }
        }

        /// Returns how long it takes until the server closes the connection, and what the server has sent.
        async fn until_closed(mut self) -> (Duration, Vec<u8>) {
            let (began, mut sent) = (time::Instant::now(), Vec::new());
            self.client.read_to_end(&mut sent).await.unwrap();
            (began.elapsed(), sent)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_is_kept_longer_than_the_head_of_a_request_may_take() {
        for request in [REQUEST, POST] {
            let mut served = Served::start().await;
            for _ in 0..3 {
                time::sleep(LIMITS.idle - SECOND).await;
                served.request(request).await;
            }
            let (waited, sent) = served.until_closed().await;
            assert!(sent.is_empty() && waited >= LIMITS.idle && waited < LIMITS.idle + SECOND, "{waited:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_head_of_a_request_must_arrive_in_time_from_its_first_byte() {
        for idle in [Duration::ZERO, LIMITS.idle - SECOND] {
            let mut served = Served::start().await;
            served.request(REQUEST).await;
            time::sleep(idle).await;
            let (first, rest) = REQUEST.split_at(9);
            served.client.write_all(first).await.unwrap();
            time::sleep(LIMITS.head - SECOND).await;
            served.request(rest).await;

            time::sleep(idle).await;
            served.client.write_all(first).await.unwrap();
            let (waited, _) = served.until_closed().await;
            assert!(waited >= LIMITS.head && waited < LIMITS.head + SECOND, "{waited:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_its_response_is_disconnected() {
        for wait in [LIMITS.write - SECOND, LIMITS.write + SECOND] {
            let mut served = Served::start().await;
            let request = b"GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
            served.client.write_all(request).await.unwrap();
            time::sleep(wait).await;
            let (_, sent) = served.until_closed().await;
            assert_eq!(sent.len() > 1 << 20, wait < LIMITS.write, "{}", sent.len());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_waits_for_a_body_makes_room_at_once() {
        let mut served = Served::start().await;
        served.request(POST).await;
        let (part, _) = POST.split_at(POST.len() - 1);
        served.client.write_all(part).await.unwrap();
        time::sleep(SECOND).await;
        assert_eq!(served.wait.since().unwrap().0, head_timer::WaitsFor::Body);
        served.wait.end();
        let (waited, sent) = served.until_closed().await;
        assert_eq!(waited, Duration::ZERO);
        assert!(sent.starts_with(b"HTTP/1.1 408 "), "{sent:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_sends_no_more_after_its_request_receives_the_response() {
        for request in [REQUEST, POST] {
            let mut served = Served::start().await;
            served.client.write_all(request).await.unwrap();
            served.client.shutdown().await.unwrap();
            let (waited, sent) = served.until_closed().await;
            assert!(sent.ends_with(b"\r\n\r\nok"), "{sent:?}");
            assert_eq!(waited, Duration::ZERO);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_closes_ends_its_stream_the_wait_for_a_request_and_the_rest_of_a_body() {
        let stream = b"GET /stream HTTP/1.1\r\nhost: x\r\n\r\n";
        for sent in [&b""[..], &stream[..], &POST[..POST.len() - 1]] {
            let mut served = Served::start().await;
            served.client.write_all(sent).await.unwrap();
            time::sleep(SECOND).await;
            assert_eq!(served.capacity.connections.get(), 1);
            drop(served.client);
            time::sleep(SECOND).await;
            assert_eq!(served.capacity.connections.get(), 0, "{sent:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_closes_after_a_large_body_leaves_no_connection() {
        for bytes in [1 << 20, 2 << 20] {
            let mut served = Served::start().await;
            let head = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {bytes}\r\n\r\n");
            served.client.write_all(head.as_bytes()).await.unwrap();
            served.client.write_all(&vec![b'x'; bytes]).await.unwrap();
            assert_eq!(served.client.read_u8().await.unwrap(), b'H');
            time::sleep(SECOND).await;
            drop(served.client);
            time::sleep(SECOND).await;
            assert_eq!(served.capacity.connections.get(), 0, "{bytes}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_makes_room_closes_and_refuses_a_request_at_the_last_moment() {
        for request in [&[][..], REQUEST] {
            let mut served = Served::start().await;
            served.request(REQUEST).await;
            served.client.write_all(request).await.unwrap();
            served.wait.end();
            let (waited, sent) = served.until_closed().await;
            assert_eq!(waited, Duration::ZERO);
            assert_eq!(sent.starts_with(b"HTTP/1.1 503 "), request == REQUEST);
        }
    }
}

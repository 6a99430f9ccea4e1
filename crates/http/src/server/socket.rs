use std::time::Duration;

use tokio::net::TcpListener;

/// The number of bytes of a response that the system takes ahead of what the client can receive. By default it takes
/// megabytes for each connection, and a client that reads slowly makes room for the next write so rarely that it looks like
/// a client that reads nothing.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 128 << 10;
/// The shortest time limit of the system, which measures by acknowledgements from the client.
#[cfg(target_os = "linux")]
const MIN_LIMIT: Duration = Duration::from_secs(10);

/// Sets the options, inherited by the connections of a listener, that limit how much of a response is unread, and for how long.
/// The time limit of the system also ends connections to clients that are gone, such as streams, on which little is written.
pub(super) fn limit_unread(listener: &TcpListener, limit: Duration) {
    #[cfg(target_os = "linux")]
    {
        let socket = socket2::SockRef::from(listener);
        let set = socket
            .set_tcp_notsent_lowat(UNSENT_BYTES)
            .and_then(|()| socket.set_tcp_user_timeout(Some(limit.max(MIN_LIMIT))));
        if let Err(error) = set {
            tracing::debug!(%error, "cannot limit the unread part of responses");
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (listener, limit);
    }
}

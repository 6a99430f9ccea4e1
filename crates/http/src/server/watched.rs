use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{self, Sleep},
};

use super::head_timer::Wait;

/// A connection that notes when bytes arrive, and fails when the client reads nothing for too long, or has closed a stream.
///
/// Nearly all responses fit into the buffers of the system, so that a timer is set for few writes.
///
/// hyper does not read while a request is handled: a client that sends no more after its request may still wait for the
/// response. But a stream of events has no end of its own, so that its client ends the stream by closing the connection.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    wait: Arc<Wait>,
    /// How long the client may read nothing of a response.
    limit: Duration,
    /// The timer of a write for which the buffers have no room.
    stalled: Option<Pin<Box<Sleep>>>,
    /// A byte that arrived during a stream, and is not read yet. While there is one, the end of the connection is unknown.
    ahead: Option<u8>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, wait: Arc<Wait>, limit: Duration) -> Self {
        Self { stream, wait, limit, stalled: None, ahead: None }
    }

    /// Returns the result of a write, or an error if there has been no room for too long.
    fn watch(&mut self, written: Poll<io::Result<usize>>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            if self.stalled.is_some() {
                self.stalled = None;
            }
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(time::sleep(self.limit)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read the response")))
    }
}

impl<S: AsyncRead + Unpin> Watched<S> {
    /// Fails if the client has closed the connection. Otherwise the task is woken when the client does.
    fn check_open(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.ahead.is_some() {
            return Ok(());
        }
        let mut byte = [0];
        let mut into = ReadBuf::new(&mut byte);
        if Pin::new(&mut self.stream).poll_read(cx, &mut into)?.is_pending() {
            return Ok(());
        }
        self.ahead = into.filled().first().copied();
        let closed = || io::Error::new(io::ErrorKind::ConnectionAborted, "the client has closed the stream");
        self.ahead.map(|_| ()).ok_or_else(closed)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.watch(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.wait.is_stream() {
            self.check_open(cx)?;
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if into.remaining() > 0
            && let Some(byte) = self.ahead.take()
        {
            into.put_slice(&[byte]);
            self.wait.note_bytes();
            return Poll::Ready(Ok(()));
        }
        let read = Pin::new(&mut self.stream).poll_read(cx, into);
        if read.is_ready() {
            self.wait.note_bytes();
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;
    use crate::server::head_timer::HeadTimer;

    const LIMIT: Duration = Duration::from_secs(30);

    /// Returns the server's side of a connection whose buffer holds four bytes, and the client's side.
    fn connection() -> (Watched<DuplexStream>, DuplexStream) {
        let (server, client) = duplex(4);
        let wait = HeadTimer::new(LIMIT, LIMIT).wait();
        (Watched::new(server, wait, LIMIT), client)
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_to_a_client_that_reads_nothing_fails_after_the_time_limit() {
        let (mut server, _client) = connection();
        let began = time::Instant::now();
        server.write_all(b"four").await.unwrap();
        assert!(began.elapsed() < LIMIT);
        assert_eq!(server.write_all(b"more").await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() >= LIMIT && began.elapsed() < 2 * LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_client_that_goes_on_reading_receives_everything() {
        let (mut server, mut client) = connection();
        let began = time::Instant::now();
        let reading = tokio::spawn(async move {
            let mut received = Vec::new();
            while let Ok(byte) = client.read_u8().await {
                received.push(byte);
                time::sleep(LIMIT - Duration::from_secs(1)).await;
            }
            received
        });
        server.write_all(b"a long response").await.unwrap();
        drop(server);
        assert_eq!(reading.await.unwrap(), b"a long response");
        assert!(began.elapsed() > 10 * LIMIT);
    }

    #[tokio::test]
    async fn the_end_of_a_stream_is_noticed_and_the_bytes_of_the_next_request_are_kept() {
        let (mut server, mut client) = connection();
        server.wait.note_stream();
        server.flush().await.unwrap();
        client.write_all(b"next").await.unwrap();
        server.flush().await.unwrap();
        let mut next = [0; 4];
        server.read_exact(&mut next).await.unwrap();
        assert_eq!(&next, b"next");
        drop(client);
        assert_eq!(server.flush().await.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }
}

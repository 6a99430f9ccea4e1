use std::{
    cell::RefCell,
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection on which requests that are no HTTP are refused with a reason.
///
/// What cannot be read as a request never reaches a route: hyper answers it itself, without a body. This puts the
/// reason into that answer, as JSON like all other errors.
#[derive(Debug)]
pub(super) struct Explained<S> {
    stream: S,
    /// What is still to be written of an explained answer.
    rest: Bytes,
    /// Whether a route has refused a request without saying why, which is its affair.
    refused: Arc<AtomicBool>,
}

/// An answer of at most so many bytes is joined before it is written: the system takes one piece faster than two.
const JOINED_BYTES: usize = 4096;

thread_local! {
    static JOINED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl<S> Explained<S> {
    pub(super) fn new(stream: S, refused: Arc<AtomicBool>) -> Self {
        Self { stream, rest: Bytes::new(), refused }
    }
}

/// The answer to send in place of an empty one that hyper made.
fn explained(answer: &[u8]) -> Option<Bytes> {
    // Nearly all answers end here.
    let status = answer.strip_prefix(b"HTTP/1.1 4")?;
    let (line, problem) = match status.get(..2)? {
        b"00" => (
            "400 Bad Request",
            "the request is not valid HTTP: in an address, quotes, blanks and all that is not UTF-8 must be \
             percent-encoded",
        ),
        b"14" => ("414 URI Too Long", "the address is too long: send what is long in a body"),
        b"31" => ("431 Request Header Fields Too Large", "the headers are too many or too long"),
        _ => return None,
    };
    let head = format!("HTTP/1.1 {line}\r\nconnection: close\r\n");
    answer.strip_prefix(head.as_bytes())?.strip_prefix(b"content-length: 0\r\n")?;
    let body = serde_json::json!({ "error": problem }).to_string();
    let length = body.len();
    Some(format!("{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}").into())
}

impl<S: AsyncWrite + Unpin> Explained<S> {
    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.rest.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.rest.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Explained<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_rest(cx))?;
        match explained(bytes) {
            Some(answer) if !self.refused.load(Ordering::Relaxed) => {
                self.rest = answer;
                Poll::Ready(Ok(bytes.len()))
            }
            _ => Pin::new(&mut self.stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [only] = slices {
            return self.poll_write(cx, only);
        }
        ready!(self.poll_rest(cx))?;
        if slices.iter().map(|slice| slice.len()).sum::<usize>() > JOINED_BYTES {
            return Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        }
        JOINED.with_borrow_mut(|joined| {
            joined.clear();
            slices.iter().for_each(|slice| joined.extend_from_slice(slice));
            Pin::new(&mut self.stream).poll_write(cx, joined)
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_rest(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_rest(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Explained<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

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

/// A connection that adds a JSON body to the error responses to requests that are not valid HTTP.
///
/// Such a request never reaches a route: hyper itself responds, with an empty body. The wrapper replaces that response with
/// one that says what is wrong, as JSON like all other error responses.
#[derive(Debug)]
pub(super) struct JsonErrors<S> {
    stream: S,
    /// The part of a replaced response that is not yet written.
    rest: Bytes,
    /// Whether a route has responded with an error without a body. Then the wrapper cannot tell such a response from
    /// hyper's, and replaces nothing.
    empty_error: Arc<AtomicBool>,
}

/// The largest response, in bytes, that is joined before it is written: one write is faster than a vectored write.
const JOINED_BYTES: usize = 4096;

thread_local! {
    static JOINED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl<S> JsonErrors<S> {
    pub(super) fn new(stream: S, empty_error: Arc<AtomicBool>) -> Self {
        Self { stream, rest: Bytes::new(), empty_error }
    }
}

/// Returns the replacement of an empty error response that hyper wrote.
fn replacement(response: &[u8]) -> Option<Bytes> {
    // Nearly all responses return here.
    let status = response.strip_prefix(b"HTTP/1.1 4")?;
    let (line, problem) = match status.get(..2)? {
        b"00" => (
            "400 Bad Request",
            "the request is not valid HTTP: quotes, spaces and bytes that are not UTF-8 must be percent-encoded in \
             a URL",
        ),
        b"14" => ("414 URI Too Long", "the URL is too long: send long parameters in a body"),
        b"31" => (
            "431 Request Header Fields Too Large",
            "the request has too many headers, or its headers are too long",
        ),
        _ => return None,
    };
    let head = format!("HTTP/1.1 {line}\r\nconnection: close\r\n");
    response.strip_prefix(head.as_bytes())?.strip_prefix(b"content-length: 0\r\n")?;
    let body = serde_json::json!({ "error": problem }).to_string();
    let length = body.len();
    Some(format!("{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}").into())
}

impl<S: AsyncWrite + Unpin> JsonErrors<S> {
    #[inline]
    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.rest.is_empty() { Poll::Ready(Ok(())) } else { self.poll_write_rest(cx) }
    }

    fn poll_write_rest(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
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

impl<S: AsyncWrite + Unpin> AsyncWrite for JsonErrors<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_rest(cx))?;
        match replacement(bytes) {
            Some(response) if !self.empty_error.load(Ordering::Relaxed) => {
                self.rest = response;
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

impl<S: AsyncRead + Unpin> AsyncRead for JsonErrors<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

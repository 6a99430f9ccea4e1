//! The baseline: an axum server that only returns the bytes of a decision plane's responses.

use std::{fs, net::SocketAddr, path::Path, sync::Arc};

use anyhow::{Context, Result};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderValue, StatusCode, Uri, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::{net::TcpListener, runtime};

/// The responses: a media type, and a body for each user.
struct Responses {
    content_type: HeaderValue,
    bodies: Vec<Bytes>,
}

/// Serves responses from a file. The first line is the media type, and each other line is the response to a user.
pub(crate) fn serve(address: SocketAddr, file: &Path) -> Result<()> {
    let file = fs::read(file)?;
    let mut lines = file.split(|byte| *byte == b'\n');
    let content_type = HeaderValue::from_bytes(lines.next().context("the file of responses is empty")?)?;
    let responses = Arc::new(Responses { content_type, bodies: lines.map(Bytes::copy_from_slice).collect() });
    let app = Router::new()
        .route("/ready", get(async || "ready"))
        .route("/decide", get(decide))
        .with_state(responses);

    runtime::Builder::new_current_thread().enable_io().build()?.block_on(async {
        axum::serve(TcpListener::bind(address).await?, app).await?;
        Ok(())
    })
}

async fn decide(State(responses): State<Arc<Responses>>, uri: Uri) -> Response {
    match uri.query().and_then(user).and_then(|user| responses.bodies.get(user)) {
        Some(body) => ([(CONTENT_TYPE, responses.content_type.clone())], body.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Returns the number of the user. The number has a fixed position in the query, so that parsing takes almost no time.
fn user(query: &str) -> Option<usize> {
    query.strip_prefix("user_key=u")?.get(..7)?.parse().ok()
}

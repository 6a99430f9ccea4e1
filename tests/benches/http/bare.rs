//! The baseline: an axum server that does nothing but return the bytes that a decision plane would.

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

/// What it answers: a media type, and one body per user.
struct Answers {
    content_type: HeaderValue,
    bodies: Vec<Bytes>,
}

/// Serves answers from a file: on its first line the media type, on each other line a user's answer.
pub(crate) fn serve(address: SocketAddr, file: &Path) -> Result<()> {
    let file = fs::read(file)?;
    let mut lines = file.split(|byte| *byte == b'\n');
    let content_type = HeaderValue::from_bytes(lines.next().context("the file of answers is empty")?)?;
    let answers = Arc::new(Answers { content_type, bodies: lines.map(Bytes::copy_from_slice).collect() });
    let app = Router::new()
        .route("/ready", get(async || "ready"))
        .route("/decide", get(decide))
        .with_state(answers);

    runtime::Builder::new_current_thread().enable_io().build()?.block_on(async {
        axum::serve(TcpListener::bind(address).await?, app).await?;
        Ok(())
    })
}

async fn decide(State(answers): State<Arc<Answers>>, uri: Uri) -> Response {
    match uri.query().and_then(user).and_then(|user| answers.bodies.get(user)) {
        Some(body) => ([(CONTENT_TYPE, answers.content_type.clone())], body.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The user's number. It stands at a known place, so that finding the answer costs next to nothing.
fn user(query: &str) -> Option<usize> {
    query.strip_prefix("user_key=u")?.get(..7)?.parse().ok()
}

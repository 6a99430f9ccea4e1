//! The load: requests of all kinds over all environments.

use anyhow::{Context, Result};
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde_json::json;

use super::{fill::Subject, plane::Plane};

/// The number of requests at the same time.
const CONCURRENT: usize = 32;
/// The number of requests between two reports of the progress.
const REPORT: usize = 10_000;
/// The number of requests between two changes of the configuration.
const CHANGE: usize = 200;
/// A prime number, so that successive requests are for different environments, and all environments get all kinds of requests.
const STRIDE: usize = 7919;

/// Decides once in each environment, so that all rulesets are loaded.
pub(crate) async fn decide_once(plane: &Plane, subjects: &[Subject]) -> Result<()> {
    let decide = |subject: &Subject| {
        let path = format!("/api/decide?user_key=u&env={}", subject.environment);
        async move { read(plane, &path).await }
    };
    stream::iter(subjects).map(decide).buffer_unordered(CONCURRENT).try_collect().await
}

/// Sends mixed requests.
pub(crate) async fn load(plane: &Plane, subjects: &[Subject], requests: usize) -> Result<()> {
    let request = |number: usize| async move {
        let subject = subjects.get(number * STRIDE % subjects.len()).context("there is a subject")?;
        if number.is_multiple_of(CHANGE) {
            change(plane, subject, number).await
        } else {
            read(plane, &path(subject, number)).await
        }
    };
    let mut responses = stream::iter(0..requests).map(request).buffer_unordered(CONCURRENT);
    let mut count = 0;
    while responses.try_next().await?.is_some() {
        count += 1;
        if count % REPORT == 0 {
            eprintln!("sent {count} of {requests} requests");
        }
    }
    Ok(())
}

/// Returns the path of a read: half of the reads are decisions.
fn path(Subject { environment, id, experiment, .. }: &Subject, number: usize) -> String {
    match number / 3 % 20 {
        0 => format!("/api/environments?page={}&pageSize=20", number % 50 + 1),
        1 => format!("/api/experiments?environmentId={id}&page=1&pageSize=20"),
        2 => format!("/api/experiments/{experiment}"),
        3 => format!("/api/environments/{id}/versions"),
        4 => format!("/api/environments/{id}/publication"),
        5 => format!("/api/environments/{id}/versions/1"),
        6 => "/health".to_owned(),
        7 => format!("/configs/{environment}/snapshots/latest.json"),
        8 | 9 => format!("/configs/{environment}/version.json"),
        _ => format!(
            "/api/decide?user_key=u{number}&env={environment}&context=%7B%22country%22%3A%22US%22%2C%22plan%22%3A%22pro%22%7D"
        ),
    }
}

async fn read(plane: &Plane, path: &str) -> Result<()> {
    plane.get(path).await.with_context(|| path.to_owned())?.bytes().await?;
    Ok(())
}

/// Changes a variant, which publishes a version.
async fn change(plane: &Plane, Subject { experiment, variant, .. }: &Subject, number: usize) -> Result<()> {
    let path = format!("/api/experiments/{experiment}/variants/{variant}");
    plane.send(Method::PATCH, &path, &json!({"payload": {"number": number}})).await?;
    Ok(())
}

//! Creating the environments.

use anyhow::{Context, Result};
use edgewise_tests::workloads::Workload;
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};

use super::plane::Plane;

/// The number of environments that are created at the same time.
const CONCURRENT: usize = 8;
/// The number of created environments between two reports of the progress.
const REPORT: usize = 100;

/// An environment, and a variant that the load changes.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) environment: String,
    pub(crate) id: String,
    pub(crate) experiment: String,
    pub(crate) variant: String,
}

/// Creates environments with ten running experiments each.
pub(crate) async fn fill(plane: &Plane, environments: usize) -> Result<Vec<Subject>> {
    let snapshot = Workload::W10.snapshot();
    let experiments = snapshot.pointer("/experiments").and_then(Value::as_array);
    let experiments = experiments.context("a snapshot has experiments")?;
    let mut created = stream::iter(0..environments)
        .map(|number| environment(plane, number, experiments))
        .buffered(CONCURRENT);
    let mut subjects = Vec::new();
    while let Some(subject) = created.try_next().await? {
        subjects.push(subject);
        if subjects.len() % REPORT == 0 || subjects.len() == environments {
            eprintln!("created {} of {environments} environments", subjects.len());
        }
    }
    Ok(subjects)
}

async fn environment(plane: &Plane, number: usize, experiments: &[Value]) -> Result<Subject> {
    let environment = format!("environment-{number}");
    let created = plane.send(Method::POST, "/api/environments", &json!({"name": environment})).await?;
    let id = text(&created, "/id")?;
    // Changes at the same time share published versions.
    let create = |experiment| experiment_of(plane, &id, experiment);
    let created: Vec<Value> =
        stream::iter(experiments).map(create).buffered(experiments.len()).try_collect().await?;
    let first = created.first().context("an environment has experiments")?;
    let (experiment, variant) = (text(first, "/id")?, text(first, "/variants/0/id")?);
    Ok(Subject { environment, id, experiment, variant })
}

/// Creates an experiment like one of a snapshot.
async fn experiment_of(plane: &Plane, environment: &str, experiment: &Value) -> Result<Value> {
    let key = text(experiment, "/key")?;
    let body = json!({
        "key": key, "name": key, "environmentId": environment, "status": "RUNNING",
        "targetingRules": experiment.pointer("/targetingRules"),
        "variants": [
            {"key": "control", "name": "Control", "payload": {"color": "#0066cc"}},
            {"key": "treatment", "name": "Treatment", "payload": {"color": "#00cc66"}},
        ],
        "allocations": [
            {"variant": "control", "rangeStart": 0, "rangeEnd": 4999},
            {"variant": "treatment", "rangeStart": 5000, "rangeEnd": 9999},
        ],
    });
    plane.send(Method::POST, "/api/experiments", &body).await
}

fn text(value: &Value, pointer: &str) -> Result<String> {
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.map(str::to_owned).with_context(|| format!("there is no text at {pointer}: {value}"))
}

//! Building, renumbering and compiling snapshots. The work runs on blocking threads, because large content takes long.

use std::{collections::BTreeMap, sync::Arc};

use edgewise_api::{
    ContentHash, EnvironmentName,
    paths::{self, Hashes},
};
use edgewise_engine::{
    Ruleset, Snapshot,
    ruleset::{FORMAT, snapshot_hash},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::task::spawn_blocking;

use super::{
    error::SnapshotError,
    experiments::{experiment, live_experiments},
};
use crate::store::{Content, LiveExperiment, Version};

/// A snapshot as the exact text to publish, and its ruleset. A snapshot that the engine cannot read is never published.
#[derive(Debug)]
pub(in crate::publisher) struct Compiled {
    pub(in crate::publisher) json: String,
    pub(in crate::publisher) ruleset: Ruleset,
}

/// Builds the snapshot of the content of an environment.
pub(in crate::publisher) async fn build(
    content: Content,
    environment: &EnvironmentName,
    version: u64,
    published_at: String,
) -> Result<Compiled, SnapshotError> {
    let environment = environment.clone();
    spawn_blocking(move || write(content, &environment, version, published_at)).await?
}

/// Returns the snapshot of an older version under another number.
pub(in crate::publisher) async fn renumbered(
    snapshot: String,
    version: u64,
    published_at: String,
) -> Result<Compiled, SnapshotError> {
    spawn_blocking(move || renumber(&snapshot, version, published_at)).await?
}

/// What is written of a pending version beside its snapshot.
#[derive(Debug)]
pub(in crate::publisher) struct Compilation {
    pub(in crate::publisher) ruleset: Arc<Ruleset>,
    /// The hashes of the snapshot and the ruleset.
    pub(in crate::publisher) hashes: Hashes,
    /// What the version makes live of each experiment.
    pub(in crate::publisher) live: Vec<LiveExperiment>,
}

/// Compiles a pending version. `kept` is used instead of compiling the snapshot again, if it is the ruleset of this snapshot.
pub(in crate::publisher) async fn compile(
    version: &Version,
    kept: Option<Arc<Ruleset>>,
) -> Result<Compilation, SnapshotError> {
    let json = version.snapshot.clone();
    spawn_blocking(move || {
        let live = live_experiments(&json)?;
        let hash = snapshot_hash(json.as_bytes());
        let ruleset = match kept {
            Some(ruleset) if ruleset.snapshot_hash() == hash => ruleset,
            _ => Arc::new(Ruleset::from_json(json.as_bytes())?),
        };
        let hashes = Hashes {
            snapshot: Some(ContentHash::of(json.as_bytes())),
            rulesets: BTreeMap::from([(FORMAT, ContentHash::of(ruleset.as_bytes()))]),
        };
        Ok(Compilation { ruleset, hashes, live })
    })
    .await?
}

/// A snapshot whose content is kept byte for byte.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Published<'a> {
    version: u64,
    environment: String,
    published_at: String,
    #[serde(borrow)]
    experiments: &'a RawValue,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    extended: Option<&'a RawValue>,
}

fn renumber(snapshot: &str, version: u64, published_at: String) -> Result<Compiled, SnapshotError> {
    if version > paths::MAX_VERSION {
        return Err(SnapshotError::TooHigh(version));
    }
    let snapshot = Published { version, published_at, ..serde_json::from_str(snapshot)? };
    let json = serde_json::to_string(&snapshot)?;
    Ok(Compiled { ruleset: Ruleset::from_json(json.as_bytes())?, json })
}

fn write(
    content: Content,
    environment: &EnvironmentName,
    version: u64,
    published_at: String,
) -> Result<Compiled, SnapshotError> {
    if version > paths::MAX_VERSION {
        return Err(SnapshotError::TooHigh(version));
    }
    let experiments = content.experiments.read().map_err(SnapshotError::Rows)?;
    let snapshot = Snapshot {
        version,
        environment: environment.to_string(),
        published_at,
        experiments: experiments.into_iter().map(experiment).collect::<Result<_, _>>()?,
        extended: None,
    };
    let json = serde_json::to_string(&snapshot)?;
    Ok(Compiled { ruleset: Ruleset::from_json(json.as_bytes())?, json })
}

#[cfg(test)]
mod tests {
    use edgewise_api::resources::VersionState;

    use super::*;

    const SNAPSHOT: &str = r#"{"version":1,"environment":"prod","publishedAt":"","experiments":[
        {"id":"x","key":"k","salt":"s","audienceRules":[],"targetingRules":[],"variants":[],"allocations":[ 7 ]}]}"#;

    fn version(snapshot: &str) -> Version {
        Version {
            number: 1,
            state: VersionState::Pending,
            snapshot: snapshot.to_owned(),
            changes: 1,
            created_at: 1,
            created_by: None,
            experiments: None,
            restores: None,
        }
    }

    #[tokio::test]
    async fn a_ruleset_of_the_same_snapshot_is_not_compiled_again() {
        let snapshot = SNAPSHOT.replace("[ 7 ]", "[]");
        let Compilation { ruleset: first, live, .. } = compile(&version(&snapshot), None).await.unwrap();
        assert_eq!(live, [LiveExperiment { id: "x".to_owned(), split: "[]".to_owned() }]);
        let again = compile(&version(&snapshot), Some(first.clone())).await.unwrap();
        assert!(Arc::ptr_eq(&first, &again.ruleset));

        // Another process has recorded other content under the same number.
        let other = snapshot.replace("\"k\"", "\"other\"");
        let other = compile(&version(&other), Some(first.clone())).await.unwrap();
        assert!(other.ruleset.snapshot_hash() != first.snapshot_hash());
    }

    #[test]
    fn a_live_split_is_kept_as_published() {
        let live = live_experiments(SNAPSHOT).unwrap();
        assert_eq!(live, [LiveExperiment { id: "x".to_owned(), split: "[ 7 ]".to_owned() }]);
    }
}

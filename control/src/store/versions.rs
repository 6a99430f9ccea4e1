use edgewise_api::{
    EnvironmentName,
    resources::{self, Allocation, Variant, VersionState},
};
use edgewise_database::rows::json;
use serde_json::value::RawValue;
use sqlx::{Row as _, any::AnyRow, query};

use super::{Result, Tx, experiments::grouped, rows};

/// How far the clocks of two processes may be apart.
const CLOCK_SKEW_MS: i64 = 60_000;

/// Where an environment stands in being published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishState {
    /// The last change that is to be published.
    pub due: i64,
    /// The last change whose content is live.
    pub published: i64,
    /// Since when changes are kept, but not published, in ms since 1970.
    pub held_at: Option<i64>,
}

/// A version of an environment, as history keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub number: i64,
    /// What became of it.
    pub state: VersionState,
    /// The exact bytes of its snapshot.
    pub snapshot: String,
    /// The environment's count of changes that the content includes.
    pub changes: i64,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
    /// Who made the last change in it.
    pub created_by: Option<String>,
    /// How many experiments it has.
    pub experiments: Option<i64>,
    /// The older version whose content it has.
    pub restores: Option<i64>,
}

/// The version that is live in an environment, without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveVersion {
    /// Its number, from 1.
    pub number: i64,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
    /// The environment's count of changes when it was made.
    pub changes: i64,
    /// If its content is an older version's: the count of changes that this includes.
    pub restored: Option<i64>,
}

/// All that is to be live in an environment, at one moment.
#[derive(Debug)]
pub struct Content {
    /// The environment's count of changes at that moment.
    pub changes: i64,
    /// Who made the last change that is to be published.
    pub due_by: Option<String>,
    /// Its running experiments, in the order they were created.
    pub experiments: Vec<RunningExperiment>,
}

/// A running experiment as it is stored.
#[derive(Debug)]
pub struct RunningExperiment {
    /// UUID.
    pub id: String,
    /// Unique in its environment.
    pub key: String,
    /// Divides users into buckets.
    pub salt: String,
    /// The rules of its audience.
    pub audience_rules: Option<Box<RawValue>>,
    /// Its own rules.
    pub targeting_rules: Option<Box<RawValue>>,
    /// In the order they were created.
    pub variants: Vec<Variant>,
    /// In the order they were put.
    pub allocations: Vec<Allocation>,
}

impl Tx {
    /// The ids of environments that have something to publish, and how many changes each has seen.
    pub async fn environments_to_publish(&mut self) -> Result<Vec<(String, i64)>> {
        let rows = query(
            "SELECT id, changes FROM environment WHERE (held = 0 AND due > published) \
             OR id IN (SELECT environment_id FROM version WHERE state = 'pending')",
        )
        .fetch_all(&mut self.sql)
        .await?;
        let found = rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("changes")?)));
        Ok(found.collect::<sqlx::Result<_>>()?)
    }

    /// Takes the right to publish an environment, or renews it, until `until`. `false` if another has it. A lease
    /// that ends later than any could was taken before the clock was put back, and counts as run out.
    pub async fn lease(&mut self, environment_id: &str, owner: &str, now: i64, until: i64) -> Result<bool> {
        let taken = query(
            "UPDATE environment SET lease_owner = $2, lease_until = $4 WHERE id = $1 \
             AND (lease_owner IS NULL OR lease_owner = $2 OR lease_until <= $3 OR lease_until > $5)",
        )
        .bind(environment_id)
        .bind(owner)
        .bind(now)
        .bind(until)
        .bind(until.saturating_add(CLOCK_SKEW_MS))
        .execute(&mut self.sql)
        .await?;
        Ok(taken.rows_affected() == 1)
    }

    /// Takes all leases back, where nobody else can hold any.
    pub(super) async fn release_all(&mut self) -> Result<()> {
        query("UPDATE environment SET lease_owner = NULL, lease_until = 0").execute(&mut self.sql).await?;
        Ok(())
    }

    /// Gives the right to publish back.
    pub async fn release(&mut self, environment_id: &str, owner: &str) -> Result<()> {
        query(
            "UPDATE environment SET lease_owner = NULL, lease_until = 0 WHERE id = $1 AND lease_owner = $2",
        )
        .bind(environment_id)
        .bind(owner)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    /// The environment's name and where it stands.
    pub async fn publish_state(
        &mut self,
        environment_id: &str,
    ) -> Result<Option<(EnvironmentName, PublishState)>> {
        let row = query("SELECT name, due, published, held, held_at FROM environment WHERE id = $1")
            .bind(environment_id)
            .fetch_optional(&mut self.sql)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let name = environment_name(&row)?;
        let state = PublishState {
            due: row.try_get("due")?,
            published: row.try_get("published")?,
            held_at: match row.try_get::<i64, _>("held")? {
                0 => None,
                _ => Some(row.try_get::<Option<i64>, _>("held_at")?.unwrap_or_default()),
            },
        };
        Ok(Some((name, state)))
    }

    /// What is to be live in an environment. All from one moment, in a transaction that reads.
    pub async fn content(&mut self, environment_id: &str) -> Result<Content> {
        let environment = query("SELECT changes, due_by FROM environment WHERE id = $1")
            .bind(environment_id)
            .fetch_one(&mut self.sql)
            .await?;
        let experiments = query(
            "SELECT e.id, e.key, e.salt, e.targeting_rules, a.rules AS audience_rules FROM experiment e \
             LEFT JOIN audience a ON a.id = e.audience_id \
             WHERE e.environment_id = $1 AND e.status = 'RUNNING' ORDER BY e.seq",
        )
        .bind(environment_id)
        .fetch_all(&mut self.sql)
        .await?;
        let variants = query(
            "SELECT v.* FROM variant v JOIN experiment e ON e.id = v.experiment_id \
             WHERE e.environment_id = $1 AND e.status = 'RUNNING' ORDER BY v.seq",
        )
        .bind(environment_id)
        .fetch_all(&mut self.sql)
        .await?;
        let allocations = query(
            "SELECT a.* FROM allocation a JOIN experiment e ON e.id = a.experiment_id \
             WHERE e.environment_id = $1 AND e.status = 'RUNNING' ORDER BY a.seq",
        )
        .bind(environment_id)
        .fetch_all(&mut self.sql)
        .await?;

        let mut variants = grouped(variants.iter().map(rows::variant), |row| row.experiment_id.clone())?;
        let mut allocations =
            grouped(allocations.iter().map(rows::allocation), |row| row.experiment_id.clone())?;
        let experiment = |row: &AnyRow| {
            let id: String = row.try_get("id")?;
            Ok(RunningExperiment {
                key: row.try_get("key")?,
                salt: row.try_get("salt")?,
                audience_rules: json(row, "audience_rules")?,
                targeting_rules: json(row, "targeting_rules")?,
                variants: variants.remove(&id).unwrap_or_default(),
                allocations: allocations.remove(&id).unwrap_or_default(),
                id,
            })
        };
        let experiments = experiments.iter().map(experiment).collect::<sqlx::Result<_>>()?;
        Ok(Content {
            changes: environment.try_get("changes")?,
            due_by: environment.try_get("due_by")?,
            experiments,
        })
    }

    /// The highest version number an environment has had.
    pub async fn highest_version(&mut self, environment_id: &str) -> Result<i64> {
        let row =
            query("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) AS highest FROM version WHERE environment_id = $1")
                .bind(environment_id)
                .fetch_one(&mut self.sql)
                .await?;
        Ok(row.try_get("highest")?)
    }

    /// Records a version that is to be written to the object store.
    pub async fn insert_pending(&mut self, environment_id: &str, version: &Version) -> Result<()> {
        query(
            "INSERT INTO version (environment_id, version, state, snapshot, changes, created_at, created_by, experiments, restores) \
             VALUES ($1, $2, 'pending', $3, $4, $5, $6, $7, $8)",
        )
        .bind(environment_id)
        .bind(version.number)
        .bind(&version.snapshot)
        .bind(version.changes)
        .bind(version.created_at)
        .bind(&version.created_by)
        .bind(version.experiments)
        .bind(version.restores)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    /// A page of an environment's versions, the newest first, and how many there are.
    pub async fn versions(
        &mut self,
        environment_id: &str,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<resources::Version>, i64)> {
        let rows = query(
            "SELECT version, state, created_at, created_by, experiments, restores FROM version \
             WHERE environment_id = $1 ORDER BY version DESC LIMIT $2 OFFSET $3",
        )
        .bind(environment_id)
        .bind(limit)
        .bind(offset)
        .fetch_all(&mut self.sql)
        .await?;
        let total = query("SELECT COUNT(*) AS total FROM version WHERE environment_id = $1")
            .bind(environment_id)
            .fetch_one(&mut self.sql)
            .await?;
        Ok((rows.iter().map(rows::version).collect::<sqlx::Result<_>>()?, total.try_get("total")?))
    }

    /// Gives up what is still to be written, for a version that is recorded after it.
    pub async fn supersede_pending(&mut self, environment_id: &str) -> Result<()> {
        query("UPDATE version SET state = 'superseded' WHERE environment_id = $1 AND state = 'pending'")
            .bind(environment_id)
            .execute(&mut self.sql)
            .await?;
        Ok(())
    }

    /// The oldest version that is still to be written.
    pub async fn pending(&mut self, environment_id: &str) -> Result<Option<Version>> {
        let row = query(
            "SELECT * FROM version WHERE environment_id = $1 AND state = 'pending' ORDER BY version LIMIT 1",
        )
        .bind(environment_id)
        .fetch_optional(&mut self.sql)
        .await?;
        Ok(row.map(|row| version(&row)).transpose()?)
    }

    /// The number of the oldest version that is still to be written.
    pub async fn pending_number(&mut self, environment_id: &str) -> Result<Option<i64>> {
        let row = query(
            "SELECT version FROM version WHERE environment_id = $1 AND state = 'pending' ORDER BY version LIMIT 1",
        )
        .bind(environment_id)
        .fetch_optional(&mut self.sql)
        .await?;
        Ok(row.map(|row| row.try_get("version")).transpose()?)
    }

    /// A version of that number.
    pub async fn version(&mut self, environment_id: &str, number: i64) -> Result<Option<Version>> {
        let row = query("SELECT * FROM version WHERE environment_id = $1 AND version = $2")
            .bind(environment_id)
            .bind(number)
            .fetch_optional(&mut self.sql)
            .await?;
        Ok(row.map(|row| version(&row)).transpose()?)
    }

    /// The highest version that was published.
    pub async fn newest_published(&mut self, environment_id: &str) -> Result<Option<Version>> {
        self.newest_published_before(environment_id, i64::MAX).await
    }

    /// The highest version that was published before that of a number.
    pub async fn newest_published_before(
        &mut self,
        environment_id: &str,
        number: i64,
    ) -> Result<Option<Version>> {
        let row = query(
            "SELECT * FROM version WHERE environment_id = $1 AND state = 'published' AND version < $2 \
             ORDER BY version DESC LIMIT 1",
        )
        .bind(environment_id)
        .bind(number)
        .fetch_optional(&mut self.sql)
        .await?;
        Ok(row.map(|row| version(&row)).transpose()?)
    }

    /// Records that a pending version is written whole, and that its changes are live.
    /// `false` if somebody has given it up meanwhile.
    pub async fn mark_published(&mut self, environment_id: &str, version: &Version) -> Result<bool> {
        // All who write versions change this row first, and so wait for each other.
        query("UPDATE environment SET published = published WHERE id = $1")
            .bind(environment_id)
            .execute(&mut self.sql)
            .await?;
        if !self.end_pending(environment_id, version.number, VersionState::Published).await? {
            return Ok(false);
        }
        query("UPDATE environment SET published = $2 WHERE id = $1 AND published < $2")
            .bind(environment_id)
            .bind(version.changes)
            .execute(&mut self.sql)
            .await?;
        Ok(true)
    }

    /// The version that is live in an environment.
    pub async fn live(&mut self, environment_id: &str) -> Result<Option<LiveVersion>> {
        let row = query(
            "SELECT live.version, live.created_at, live.changes, old.changes AS restored FROM version live \
             LEFT JOIN version old ON old.environment_id = live.environment_id AND old.version = live.restores \
             WHERE live.environment_id = $1 AND live.version = \
             (SELECT MAX(version) FROM version WHERE environment_id = $1 AND state = 'published')",
        )
        .bind(environment_id)
        .fetch_optional(&mut self.sql)
        .await?;
        let live = |row: AnyRow| -> sqlx::Result<LiveVersion> {
            Ok(LiveVersion {
                number: row.try_get("version")?,
                created_at: row.try_get("created_at")?,
                changes: row.try_get("changes")?,
                restored: row.try_get("restored")?,
            })
        };
        Ok(row.map(live).transpose()?)
    }

    /// Announces to other processes, once this is committed, that a version is live.
    pub async fn notify_published(&mut self, name: &EnvironmentName, number: i64) -> Result<()> {
        self.notify_live(&format!("{number} {name}")).await
    }

    /// The version that is live in each environment that has one.
    pub async fn live_versions(&mut self) -> Result<Vec<(EnvironmentName, u64)>> {
        let rows = query(
            "SELECT e.name, CAST(MAX(v.version) AS BIGINT) AS version FROM version v \
             JOIN environment e ON e.id = v.environment_id WHERE v.state = 'published' GROUP BY e.name",
        )
        .fetch_all(&mut self.sql)
        .await?;
        let live =
            |row: &AnyRow| Ok((environment_name(row)?, row.try_get::<i64, _>("version")?.unsigned_abs()));
        Ok(rows.iter().map(live).collect::<sqlx::Result<_>>()?)
    }

    /// Records that a pending version's number is given up. `false` if it was not pending any more.
    pub async fn mark_superseded(&mut self, environment_id: &str, number: i64) -> Result<bool> {
        self.end_pending(environment_id, number, VersionState::Superseded).await
    }

    /// `false` if the version was not pending any more.
    async fn end_pending(&mut self, environment_id: &str, number: i64, state: VersionState) -> Result<bool> {
        let ended = query(
            "UPDATE version SET state = $3 WHERE environment_id = $1 AND version = $2 AND state = 'pending'",
        )
        .bind(environment_id)
        .bind(number)
        .bind(state.name())
        .execute(&mut self.sql)
        .await?;
        Ok(ended.rows_affected() == 1)
    }
}

fn environment_name(row: &AnyRow) -> sqlx::Result<EnvironmentName> {
    EnvironmentName::new(row.try_get("name")?)
        .map_err(|error| sqlx::Error::ColumnDecode { index: "name".to_owned(), source: error.into() })
}

fn version(row: &AnyRow) -> sqlx::Result<Version> {
    Ok(Version {
        number: row.try_get("version")?,
        state: rows::version_state(row)?,
        snapshot: row.try_get("snapshot")?,
        changes: row.try_get("changes")?,
        created_at: row.try_get("created_at")?,
        created_by: row.try_get("created_by")?,
        experiments: row.try_get("experiments")?,
        restores: row.try_get("restores")?,
    })
}

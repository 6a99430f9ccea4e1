use edgewise_engine::Snapshot;
use sqlx::{AnyConnection, Connection, Executor, Row, query};

use crate::planes::eventually;

use super::{observer::Seen, stack::Store, wait_for};

/// The versions of an environment, according to the database.
#[derive(Debug)]
pub(super) struct History {
    database_url: String,
    environment_id: String,
}

/// A version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) number: u64,
    pub(super) state: String,
    pub(super) snapshot: String,
}

/// A lock on the table of environments, until this value is dropped.
#[derive(Debug)]
pub(super) struct Lock(AnyConnection);

impl Lock {
    /// Returns the number of transactions that wait for the lock.
    pub(super) fn waiting(&mut self) -> i64 {
        let sql = "SELECT COUNT(*) FROM pg_locks WHERE relation = 'environment'::regclass AND NOT granted \
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        wait_for(async { query(sql).fetch_one(&mut self.0).await.unwrap().get(0) })
    }
}

impl History {
    pub(super) fn new(database_url: &str, environment_id: &str) -> Self {
        Self { database_url: database_url.to_owned(), environment_id: environment_id.to_owned() }
    }

    async fn connect(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&self.database_url).await.unwrap()
    }

    /// Returns all versions, by number.
    pub(super) fn versions(&self) -> Vec<Version> {
        wait_for(async {
            let sql =
                "SELECT version, state, snapshot FROM version WHERE environment_id = $1 ORDER BY version";
            let rows =
                query(sql).bind(&self.environment_id).fetch_all(&mut self.connect().await).await.unwrap();
            let version = |row: &sqlx::any::AnyRow| Version {
                number: row.get::<i64, _>("version").try_into().unwrap(),
                state: row.get("state"),
                snapshot: row.get("snapshot"),
            };
            rows.iter().map(version).collect()
        })
    }

    /// Returns the number and the state of each version.
    pub(super) fn states(&self) -> Vec<(u64, String)> {
        self.versions().into_iter().map(|version| (version.number, version.state)).collect()
    }

    /// Whether a process holds the lease for publishing.
    pub(super) fn is_leased(&self) -> bool {
        self.count("SELECT COUNT(*) FROM environment WHERE id = $1 AND lease_owner IS NOT NULL") == 1
    }

    /// Ends the lease of a killed process, so that the test need not wait until the lease expires.
    pub(super) fn end_lease(&self) {
        wait_for(async {
            let end =
                query("UPDATE environment SET lease_until = 0 WHERE id = $1").bind(&self.environment_id);
            end.execute(&mut self.connect().await).await.unwrap();
        });
    }

    /// Waits until all changes are published.
    #[track_caller]
    pub(super) fn settle(&self) {
        eventually("everything is published", || {
            let due = "SELECT COUNT(*) FROM environment WHERE id = $1 AND due > published";
            let pending = "SELECT COUNT(*) FROM version WHERE environment_id = $1 AND state = 'pending'";
            (self.count(due) + self.count(pending) == 0).then_some(())
        });
    }

    /// Locks the table of environments on Postgres.
    pub(super) fn lock(&self) -> Lock {
        wait_for(async {
            let mut connection = self.connect().await;
            connection.execute("BEGIN; LOCK TABLE environment IN ACCESS EXCLUSIVE MODE").await.unwrap();
            Lock(connection)
        })
    }

    fn count(&self, sql: &'static str) -> i64 {
        wait_for(async {
            let row = query(sql).bind(&self.environment_id).fetch_one(&mut self.connect().await).await;
            row.unwrap().get(0)
        })
    }

    /// Compares the history with the store and with the observations of a reader: versions are numbered from 1 without a gap;
    /// each version either is published and is complete in the store, or is superseded and was never in the store; the newest
    /// published version is live.
    pub(super) fn check(&self, store: &Store, environment: &str, seen: &Seen) {
        let versions = self.versions();
        let numbers: Vec<u64> = versions.iter().map(|version| version.number).collect();
        let expected: Vec<u64> = (1..).take(versions.len()).collect();
        assert_eq!(numbers, expected, "versions without a gap");
        for version in &versions {
            let Version { number, state, snapshot } = version;
            let path = format!("{environment}/snapshots/{number}.json");
            match state.as_str() {
                "published" => {
                    let whole = Snapshot::from_json(snapshot.as_bytes());
                    assert_eq!(whole.map(|whole| whole.version).ok(), Some(*number), "{snapshot}");
                    assert_eq!(store.get(&path).as_deref(), Some(snapshot.as_bytes()), "{path}");
                }
                "superseded" => assert_ne!(store.get(&path).as_deref(), Some(snapshot.as_bytes()), "{path}"),
                other => panic!("version {number} is {other}"),
            }
        }
        for (number, bytes) in &seen.snapshots {
            let recorded = versions.iter().find(|version| version.number == *number);
            assert_eq!(
                recorded.map(|version| version.snapshot.as_bytes()),
                Some(bytes.as_slice()),
                "{number}"
            );
        }
        let newest = versions.iter().rev().find(|version| version.state == "published").unwrap();
        assert_eq!(store.version(environment), newest.number);
        let latest = store.get(&format!("{environment}/snapshots/latest.json"));
        assert_eq!(latest.as_deref(), Some(newest.snapshot.as_bytes()));
    }
}

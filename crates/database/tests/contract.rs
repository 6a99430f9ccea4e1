//! The contract of a database, checked on every kind of database.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

use std::{future::pending, time::Duration};

use edgewise_database::{
    Database, DatabaseError, Migration, Migrations, OpenError, Result,
    contract_tests::{Postgres, on_each_database},
    external,
};
use sqlx::{Row as _, query};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::timeout,
};

const LIMIT: Duration = Duration::from_secs(30);

const FIRST: Migration =
    Migration { version: 1, description: "first", sql: "CREATE TABLE pears (name TEXT NOT NULL UNIQUE);" };
const SECOND: Migration =
    Migration { version: 2, description: "second", sql: "ALTER TABLE pears ADD COLUMN weight BIGINT;" };
/// Another crate's step. The number is the same.
const OTHER: Migration =
    Migration { version: 1, description: "plums", sql: "CREATE TABLE plums (name TEXT);" };

const fn pears(migrations: &'static [Migration]) -> Migrations {
    Migrations { ledger: "_pears_migrations", sqlite: migrations, postgres: migrations }
}

async fn insert(database: &Database, name: &str) -> Result<()> {
    let mut transaction = database.write().await?;
    query("INSERT INTO pears (name) VALUES ($1)").bind(name).execute(&mut transaction).await?;
    transaction.commit().await
}

async fn count(database: &Database) -> i64 {
    let mut transaction = database.read().await.unwrap();
    let row = query("SELECT COUNT(*) AS total FROM pears").fetch_one(&mut transaction).await.unwrap();
    row.try_get("total").unwrap()
}

#[tokio::test]
async fn each_crate_has_its_own_ledger_of_migrations() {
    on_each_database(async |url| {
        let database = Database::open(url).await.unwrap();
        database.migrate(&pears(&[FIRST])).await.unwrap();
        let plums = Migrations { ledger: "_plums_migrations", sqlite: &[OTHER], postgres: &[OTHER] };
        database.migrate(&plums).await.unwrap();
        // A second run runs only the missing steps.
        database.migrate(&pears(&[FIRST, SECOND])).await.unwrap();
        insert(&database, "conference").await.unwrap();
        assert_eq!(count(&database).await, 1);
        database.close().await;
    })
    .await;
}

#[tokio::test]
async fn tables_of_a_newer_program_are_refused() {
    on_each_database(async |url| {
        let database = Database::open(url).await.unwrap();
        database.migrate(&pears(&[FIRST, SECOND])).await.unwrap();
        let problem = database.migrate(&pears(&[FIRST])).await.unwrap_err();
        assert!(matches!(problem, OpenError::Newer(2)), "{problem}");
        database.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back() {
    on_each_database(async |url| {
        let database = Database::open(url).await.unwrap();
        database.migrate(&pears(&[FIRST])).await.unwrap();
        let mut transaction = database.write().await.unwrap();
        query("INSERT INTO pears (name) VALUES ('a')").execute(&mut transaction).await.unwrap();
        drop(transaction);
        assert_eq!(count(&database).await, 0);
        database.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_duplicate_name_is_distinguished_from_other_errors() {
    on_each_database(async |url| {
        let database = Database::open(url).await.unwrap();
        database.migrate(&pears(&[FIRST])).await.unwrap();
        insert(&database, "a").await.unwrap();
        assert!(matches!(insert(&database, "a").await, Err(DatabaseError::Duplicate)));
        let mut transaction = database.write().await.unwrap();
        let missing = query("INSERT INTO quinces (name) VALUES ('a')").execute(&mut transaction).await;
        assert!(matches!(missing.map_err(DatabaseError::from), Err(DatabaseError::Failed(_))));
        drop(transaction);
        database.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_database_counts_as_existing_once_it_has_the_table() {
    on_each_database(async |url| {
        assert!(Database::open_existing(url, "pears").await.unwrap().is_none());
        let database = Database::open(url).await.unwrap();
        database.migrate(&pears(&[FIRST])).await.unwrap();
        database.close().await;
        drop(database);
        let database = Database::open_existing(url, "pears").await.unwrap().unwrap();
        assert_eq!(count(&database).await, 0);
        database.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_message_arrives_when_its_transaction_is_committed() {
    let postgres = Postgres::create().await;
    let database = Database::open(postgres.url()).await.unwrap();
    let mut listener = database.listen("pears");
    assert_eq!(timeout(LIMIT, listener.receive()).await.unwrap(), None, "the listener has connected");

    let mut rolled_back = database.write().await.unwrap();
    rolled_back.notify("pears", "rolled back").await.unwrap();
    drop(rolled_back);
    let mut committed = database.write().await.unwrap();
    committed.notify("pears", "committed").await.unwrap();
    committed.commit().await.unwrap();
    let message = timeout(LIMIT, listener.receive()).await.unwrap();
    assert_eq!(message.as_deref(), Some("committed"));
    drop(listener);
    database.close().await;
    postgres.drop().await;
}

/// A proxy in front of the Postgres server. Dropping the proxy closes its connections.
struct Proxy {
    /// Changes when the connections become silent.
    silence: watch::Sender<()>,
    _connections: JoinSet<()>,
}

impl Proxy {
    /// Starts a proxy in front of the server of a URL, and returns it with the URL through the proxy.
    async fn start(url: &str) -> (Self, String) {
        let (credentials, rest) = url.rsplit_once('@').map_or_else(
            || url.split_once("//").map(|(scheme, rest)| (format!("{scheme}//"), rest)).unwrap(),
            |(credentials, rest)| (format!("{credentials}@"), rest),
        );
        let (server, database) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, server) = (listener.local_addr().unwrap(), server.to_owned());
        let (silence, silent) = watch::channel(());
        let mut connections = JoinSet::new();
        connections.spawn(async move {
            let mut forwarding = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.unwrap();
                // A connection becomes silent only if it was accepted before.
                let mut silent = silent.clone();
                silent.mark_unchanged();
                forwarding.spawn(forward(client, server, silent));
            }
        });
        (Self { silence, _connections: connections }, format!("{credentials}{address}/{database}"))
    }

    /// Makes all current connections silent, as a balancer does that has forgotten the connections: both ends stay open,
    /// and nothing that they send arrives.
    fn silence(&self) {
        self.silence.send_replace(());
    }
}

async fn forward(mut client: TcpStream, mut server: TcpStream, mut silent: watch::Receiver<()>) {
    tokio::select! {
        // Errors of connections are expected.
        forwarded = copy_bidirectional(&mut client, &mut server) => drop(forwarded),
        Ok(()) = silent.changed() => pending().await,
    }
}

#[tokio::test]
async fn a_listener_connects_again_when_its_connection_has_become_silent() {
    let postgres = Postgres::create().await;
    let database = Database::open(postgres.url()).await.unwrap();
    let (proxy, url) = Proxy::start(postgres.url()).await;
    let behind = Database::open(&url).await.unwrap();
    let (check_interval, response_timeout) = (Duration::from_millis(50), Duration::from_secs(1));
    let mut listener = behind.listen("pears").with_times(check_interval, response_timeout);
    assert_eq!(timeout(LIMIT, listener.receive()).await.unwrap(), None, "the listener has connected");
    let send = async |message| {
        let mut transaction = database.write().await.unwrap();
        transaction.notify("pears", message).await.unwrap();
        transaction.commit().await.unwrap();
    };
    send("first").await;
    assert_eq!(timeout(LIMIT, listener.receive()).await.unwrap().as_deref(), Some("first"));

    proxy.silence();
    send("lost").await;
    assert_eq!(timeout(LIMIT, listener.receive()).await.unwrap(), None, "the listener has connected again");
    send("last").await;
    assert_eq!(timeout(LIMIT, listener.receive()).await.unwrap().as_deref(), Some("last"));
    drop(listener);
    database.close().await;
    postgres.drop().await;
    drop((behind, proxy));
}

#[tokio::test]
async fn a_foreign_database_can_be_read_but_not_written() {
    let postgres = Postgres::create().await;
    postgres.execute("CREATE TABLE pears (name TEXT)").await;
    let pears = external::read(postgres.url(), LIMIT, async |transaction| {
        let row = query("SELECT COUNT(*) AS total FROM pears").fetch_one(&mut **transaction).await?;
        row.try_get::<i64, _>("total")
    });
    assert_eq!(pears.await.unwrap(), 0);
    let write = external::read(postgres.url(), LIMIT, async |transaction| {
        query("INSERT INTO pears VALUES ('a')").execute(&mut **transaction).await.map(|_| ())
    });
    assert!(matches!(write.await, Err(external::ExternalError::Unreadable(_))));
    postgres.drop().await;
}

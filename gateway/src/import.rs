//! `edgewise import`: takes over what another system keeps, and says what it does, for people.

use std::{
    io::{Write, stdout},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use edgewise_caller::{Clock, SystemClock};
use edgewise_control::{Control, Options};
use edgewise_decide::{Location, Source};
use edgewise_import::{
    SourceData,
    reference::{ReferenceRows, read_rows, read_snapshot},
    run,
};

use crate::options::{DataOptions, FromOptions, ReferenceOptions, SnapshotPlace, StoreUrl};

/// The largest file that is taken for a snapshot.
const SNAPSHOT_BYTES: u64 = 256 << 20;
/// How long it is waited until an environment is live.
const PUBLISH_WAIT: Duration = Duration::from_mins(1);

/// Takes over what the reference keeps, or, without `--apply`, says what that would be.
///
/// # Errors
/// Say in one line what to do.
pub async fn reference(options: &ReferenceOptions) -> Result<()> {
    let source = read(&options.from).await?;
    let data = options.into.data();
    writeln!(stdout(), "Into {}\n", place(&data))
        .map_err(|problem| anyhow!("the report cannot be written: {problem}"))?;
    if options.apply {
        apply(source, &data).await
    } else {
        run::dry_run(source, &data.database(), &mut stdout()).await
    }
}

/// Reads the reference.
async fn read(from: &FromOptions) -> Result<SourceData> {
    let now = SystemClock.now_ms();
    match (&from.database_url, &from.snapshot) {
        (Some(url), _) => Ok(read_rows(&ReferenceRows::read(url).await?, now)),
        (None, Some(SnapshotPlace::File(path))) => {
            let json = read_file(path)?;
            read_snapshot(&json, now).with_context(|| format!("the file {}", path.display())).map_err(flat)
        }
        (None, Some(SnapshotPlace::Web(below, name))) => {
            let json = fetch(below, name).await?;
            read_snapshot(&json, now).with_context(|| format!("the answer at {name}")).map_err(flat)
        }
        (None, None) => bail!("say where to import from: --database-url or --snapshot"),
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>> {
    let unreadable = |problem| anyhow!("the file {} cannot be read: {problem}", path.display());
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > SNAPSHOT_BYTES {
        bail!("the file {} is no snapshot: it is larger than {} MiB", path.display(), SNAPSHOT_BYTES >> 20);
    }
    std::fs::read(path).map_err(unreadable)
}

async fn fetch(below: &Location, name: &str) -> Result<Vec<u8>> {
    let hint = "download it, and name the file";
    let source = Source::open(below).await?;
    match source.get(name).await {
        Ok(Some(found)) => Ok(found.bytes),
        Ok(None) => bail!("there is no snapshot at that address, or it is not public: check it, or {hint}"),
        Err(problem) => bail!("the snapshot cannot be fetched: {problem}: check the address, or {hint}"),
    }
}

/// An error and what it is about, in one line.
fn flat(error: anyhow::Error) -> anyhow::Error {
    anyhow!("{error:#}")
}

async fn apply(source: SourceData, data: &DataOptions) -> Result<()> {
    let objects = data.snapshots().open().await?;
    let mut setup = Options::new(data.database());
    setup.publish_wait = PUBLISH_WAIT;
    let control = Control::start(setup, objects, Arc::new(|_, _| {})).await?;
    let result = run::apply(source, &control, &mut stdout()).await;
    control.stop().await;
    result
}

/// Where it goes. A server's URL is not shown, as it may hold a password.
fn place(data: &DataOptions) -> String {
    let database = match &data.database_url {
        Some(url) if url.starts_with("postgres") => "the Postgres database of --into-database-url".to_owned(),
        _ => data.database(),
    };
    let store = match &data.snapshot_store {
        Some(StoreUrl::Directory(path)) => format!("file:{}", path.display()),
        Some(StoreUrl::Bucket { name, prefix }) => format!("s3://{name}/{prefix}"),
        None => format!("file:{}", data.data_dir.join("snapshots").display()),
    };
    format!("{database}, published to {store}")
}

//! The command `edgewise import`: imports the data of another system, and writes a report.

use std::{
    io::{Write, stdout},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use edgewise_api::loading::Wanted;
use edgewise_caller::{Clock, SystemClock};
use edgewise_control::{Control, Options};
use edgewise_decide::{Location, Source};
use edgewise_import::{
    SourceData,
    reference::{ReferenceRows, read_rows, read_snapshot},
    run,
};

use crate::options::{DataOptions, ReferenceOptions, SnapshotLocation, SourceOptions, StoreUrl};

/// The size limit of a snapshot file.
const MAX_SNAPSHOT_BYTES: u64 = 256 << 20;
/// The time limit for publishing an imported environment.
const PUBLISH_WAIT: Duration = Duration::from_mins(1);

/// Imports the data of the reference system, or, without `--apply`, reports the plan of the import.
///
/// # Errors
/// Each error says in one line what to do.
pub async fn reference(options: &ReferenceOptions) -> Result<()> {
    let source = read(&options.from).await?;
    let data = options.into.data();
    writeln!(stdout(), "Into {}\n", target(&data))
        .map_err(|problem| anyhow!("the report cannot be written: {problem}"))?;
    if options.apply {
        apply(source, &data).await
    } else {
        Ok(run::dry_run(source, &data.database(), &mut stdout()).await?)
    }
}

/// Reads the data of the reference system.
async fn read(from: &SourceOptions) -> Result<SourceData> {
    let now = SystemClock.now_ms();
    match (&from.database_url, &from.snapshot) {
        (Some(url), _) => Ok(read_rows(&ReferenceRows::read(url).await?, now)),
        (None, Some(SnapshotLocation::File(path))) => {
            let json = read_file(path)?;
            read_snapshot(&json, now).with_context(|| format!("the file `{}`", path.display())).map_err(flat)
        }
        (None, Some(SnapshotLocation::Web(base, name))) => {
            let json = fetch(base, name).await?;
            read_snapshot(&json, now).with_context(|| format!("the response at `{name}`")).map_err(flat)
        }
        (None, None) => bail!("the source of the import is missing: add --database-url or --snapshot"),
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>> {
    let unreadable = |problem| anyhow!("the file `{}` cannot be read: {problem}", path.display());
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_SNAPSHOT_BYTES {
        let (path, max) = (path.display(), MAX_SNAPSHOT_BYTES >> 20);
        bail!("the file `{path}` is not a snapshot: the file is larger than {max} MiB");
    }
    std::fs::read(path).map_err(unreadable)
}

async fn fetch(base: &Location, name: &str) -> Result<Vec<u8>> {
    let hint = "check the URL, or download the snapshot and pass the file";
    let source = Source::open(base).await?;
    let wanted = Wanted { path: name.to_owned(), content: None, past_caches: false };
    match source.get(&wanted).await {
        Ok(Some(found)) => Ok(found.bytes),
        Ok(None) => bail!("there is no snapshot at that URL, or the snapshot is not public: {hint}"),
        Err(problem) => bail!("the snapshot cannot be fetched: {problem}: {hint}"),
    }
}

/// Formats an error and its context in one line.
fn flat(error: anyhow::Error) -> anyhow::Error {
    anyhow!("{error:#}")
}

async fn apply(source: SourceData, data: &DataOptions) -> Result<()> {
    let objects = data.snapshots().open().await?;
    let mut settings = Options::new(data.database());
    settings.publish_wait = PUBLISH_WAIT;
    let control = Control::start(settings, objects, Arc::new(|_, _| {})).await?;
    let result = run::apply(source, &control, &mut stdout()).await;
    control.stop().await;
    result?;
    writeln!(stdout(), "The import is complete. Running the import again changes nothing.")
        .map_err(|problem| anyhow!("the report cannot be written: {problem}"))
}

/// Describes the target of the import. The URL of a server is omitted, because the URL may contain a password.
fn target(data: &DataOptions) -> String {
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

//! `edgewise import`: takes over what another system keeps, and says what it does, for people.

use std::{io::Write, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use edgewise_control::{
    Control, Options,
    actor::Actor,
    clock::{Clock, SystemClock},
    import::{self, EnvironmentPlan, LeftOut, Reference, ReferenceRows},
    publisher::Publication,
    services::Imported,
};

use crate::{
    decide::Source,
    options::{DataOptions, FromOptions, ReferenceOptions, SnapshotPlace, SourceUrl, StoreUrl},
    planes::{database_url, snapshots},
};

/// The largest file that is taken for a snapshot.
const SNAPSHOT_BYTES: u64 = 256 << 20;
/// How long it is waited until an environment is live.
const PUBLISH_WAIT: Duration = Duration::from_mins(1);

/// Takes over what the reference keeps, or, without `--apply`, says what that would be.
///
/// # Errors
/// Say in one line what to do.
pub async fn reference(options: &ReferenceOptions) -> Result<()> {
    let reference = read(&options.from, options).await?;
    let data = options.into.data();
    say(&format!("Into {}\n", place(&data)))?;
    if options.apply {
        apply(reference, &data).await
    } else {
        let plans = import::dry_run(&database_url(&data), reference.environments)
            .await
            .map_err(|problem| anyhow!("where it would go: {problem}"))?;
        for plan in &plans {
            say(&plan.to_string())?;
        }
        list(&reference.left_out)?;
        let changes = plans.iter().any(EnvironmentPlan::changes);
        say(if changes {
            "Nothing was changed. Add --apply to do it."
        } else {
            "There is nothing to do: nothing is new."
        })
    }
}

/// Reads the reference.
async fn read(from: &FromOptions, options: &ReferenceOptions) -> Result<Reference> {
    let now = SystemClock.now_ms();
    match (&from.database_url, &from.snapshot) {
        (Some(url), _) => Ok(Reference::of_rows(&ReferenceRows::read(url).await?, now)),
        (None, Some(SnapshotPlace::File(path))) => {
            let json = read_file(path)?;
            Reference::of_snapshot(&json, now)
                .with_context(|| format!("the file {}", path.display()))
                .map_err(flat)
        }
        (None, Some(SnapshotPlace::Web(below, name))) => {
            let json = fetch(below, name, options).await?;
            Reference::of_snapshot(&json, now).with_context(|| format!("the answer at {name}")).map_err(flat)
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

async fn fetch(below: &SourceUrl, name: &str, options: &ReferenceOptions) -> Result<Vec<u8>> {
    let hint = "download it, and name the file";
    let source = Source::open(below, &options.into.s3).await?;
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

async fn apply(reference: Reference, data: &DataOptions) -> Result<()> {
    let objects = snapshots(data).await?;
    let mut setup = Options::new(database_url(data));
    setup.publish_wait = PUBLISH_WAIT;
    let control = Control::start(setup, objects, Arc::new(|_, _| {})).await?;
    let done = take_over(&control, reference).await;
    control.stop().await;
    let unpublished = done?;
    if unpublished > 0 {
        bail!(
            "all is imported, but not all is published yet (environments that are not: {unpublished}): mend the snapshot \
             store, and run this again or start `edgewise serve` or `edgewise control`, which publish what is left"
        );
    }
    say("Done. Running it again changes nothing.")
}

/// Takes over one environment after the other. Returns how many of them could not be published.
async fn take_over(control: &Control, reference: Reference) -> Result<usize> {
    let mut unpublished = 0;
    for environment in reference.environments {
        let name = environment.name.clone();
        let imported = control.services().import(&Actor::IMPORT, environment).await;
        let imported = imported.map_err(|problem| {
            anyhow!(
                "environment `{name}` was not imported, and nothing of it was changed: {}: run this again",
                problem.message
            )
        })?;
        say(&imported.plan.to_string())?;
        say(&format!("  {}\n", outcome(&imported)))?;
        unpublished += usize::from(matches!(imported.publication, Publication::Failed(_)));
    }
    list(&reference.left_out)?;
    Ok(unpublished)
}

/// What became of publishing an environment, in words.
fn outcome(imported: &Imported) -> String {
    match (&imported.publication, imported.live_version) {
        (Publication::Published, Some(version)) => format!("published as version {version}"),
        (Publication::Published, None) => "published".to_owned(),
        (Publication::Failed(problem), _) => format!("not published yet: {problem}"),
        (Publication::NotDue, _) if imported.held && imported.plan.publishes() => {
            "not published: the environment is held at an old version; resume publishing to have it live"
                .to_owned()
        }
        (Publication::NotDue, Some(version)) => format!("nothing to publish; version {version} is live"),
        (Publication::NotDue, None) => "nothing to publish".to_owned(),
    }
}

fn list(left_out: &[LeftOut]) -> Result<()> {
    if left_out.is_empty() {
        return Ok(());
    }
    say("Cannot be carried over:")?;
    for left_out in left_out {
        say(&format!("  ! {left_out}"))?;
    }
    say("")
}

/// Where it goes. A server's URL is not shown, as it may hold a password.
fn place(data: &DataOptions) -> String {
    let database = match &data.database_url {
        Some(url) if url.starts_with("postgres") => "the Postgres database of --into-database-url".to_owned(),
        _ => database_url(data),
    };
    let store = match &data.snapshot_store {
        Some(StoreUrl::Directory(path)) => format!("file:{}", path.display()),
        Some(StoreUrl::Bucket { name, prefix }) => format!("s3://{name}/{prefix}"),
        None => format!("file:{}", data.data_dir.join("snapshots").display()),
    };
    format!("{database}, published to {store}")
}

/// To the standard output, which may be closed by whoever reads it.
fn say(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}")
        .map_err(|problem| anyhow!("the report cannot be written: {problem}"))
}

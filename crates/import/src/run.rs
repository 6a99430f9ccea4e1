//! Reporting the plan of an import, or applying the plan.

use std::io::{self, Write};

use edgewise_api::{ApiError, Publication};
use edgewise_caller::Principal;
use edgewise_control::{
    Control,
    services::imports::{Environment, ExistingReader, Imported},
};
use edgewise_database::OpenError;

use crate::{
    plan::{EnvironmentPlan, plan, target},
    source::{Skipped, SourceData},
};

/// Why an import fails. Each error says in one line what to do.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The database of the target cannot be opened.
    #[error("cannot open the target of the import: {0}")]
    Open(#[from] OpenError),
    /// The database of the target cannot be read.
    #[error("cannot read the target of the import: {}", .0.message)]
    Read(ApiError),
    /// An environment was not imported.
    #[error(
        "environment `{environment}` was not imported, and nothing was changed in it: {}: run the import again",
        .problem.message
    )]
    Environment {
        /// The name of the environment.
        environment: String,
        /// The cause.
        problem: ApiError,
    },
    /// Everything is imported, but not everything is published.
    #[error(
        "everything is imported, but not everything is published yet (unpublished environments: {0}): repair the \
         snapshot store, then run the import again, or start `edgewise serve` or `edgewise control`, which publish the rest"
    )]
    Unpublished(usize),
    /// The reader of the report is gone.
    #[error("the report cannot be written: {0}")]
    Report(#[from] io::Error),
}

/// Reports the plan of an import into the database at a URL, without changing the database.
///
/// # Errors
/// Returns [`ImportError`] if the target cannot be read, or the report cannot be written.
pub async fn dry_run(
    data: SourceData,
    database_url: &str,
    report: &mut impl Write,
) -> Result<(), ImportError> {
    let reader = ExistingReader::open(database_url).await?;
    let mut changes = false;
    for environment in data.environments {
        let existing = reader.read(&principal(), &target(&environment)).await;
        let existing = existing.map_err(|failure| ImportError::Read(failure.into()))?;
        let plan = plan(environment, &existing);
        changes |= plan.changes();
        writeln!(report, "{plan}")?;
    }
    reader.close().await;
    write_skipped(&data.skipped, report)?;
    let summary = if changes {
        "Nothing was changed. Run the command again with --apply to import."
    } else {
        "There is nothing to import."
    };
    Ok(writeln!(report, "{summary}")?)
}

/// Imports one environment after the other, and reports each of them.
///
/// # Errors
/// Returns [`ImportError`] if an environment cannot be imported or published, or the report cannot be written.
pub async fn apply(data: SourceData, control: &Control, report: &mut impl Write) -> Result<(), ImportError> {
    let mut unpublished = 0;
    for environment in data.environments {
        let imported = import(control, &environment).await?;
        writeln!(report, "{}\n  {}\n", imported.plan, outcome(&imported))?;
        unpublished += usize::from(matches!(imported.publication, Publication::Failed(_)));
    }
    write_skipped(&data.skipped, report)?;
    if unpublished > 0 { Err(ImportError::Unpublished(unpublished)) } else { Ok(()) }
}

async fn import(
    control: &Control,
    environment: &Environment,
) -> Result<Imported<EnvironmentPlan>, ImportError> {
    let plan = |existing: &_| plan(environment.clone(), existing);
    let imported = control.services().import(&principal(), &target(environment), plan).await;
    imported.map_err(|failure| ImportError::Environment {
        environment: environment.name.to_string(),
        problem: failure.into(),
    })
}

/// Returns the principal of all calls of an import.
fn principal() -> Principal {
    Principal::for_import_command()
}

/// Describes the outcome of publishing an environment.
fn outcome(imported: &Imported<EnvironmentPlan>) -> String {
    match (&imported.publication, imported.live_version) {
        (Publication::Published, Some(version)) => format!("published as version {version}"),
        (Publication::Published, None) => "published".to_owned(),
        (Publication::Failed(problem), _) => format!("not published yet: {problem}"),
        (Publication::OnHold, _) => {
            "not published: publishing of the environment is on hold after a rollback; resume publishing to make the import live"
                .to_owned()
        }
        (Publication::NotDue, Some(version)) => format!("nothing to publish; version {version} is live"),
        (Publication::NotDue, None) => "nothing to publish".to_owned(),
    }
}

fn write_skipped(skipped: &[Skipped], report: &mut impl Write) -> io::Result<()> {
    if skipped.is_empty() {
        return Ok(());
    }
    writeln!(report, "Cannot be imported:")?;
    for skipped in skipped {
        writeln!(report, "  ! {skipped}")?;
    }
    writeln!(report)
}

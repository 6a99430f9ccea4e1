//! Reporting the plan of an import, or applying the plan.

use std::io::Write;

use anyhow::{Result, anyhow, bail};
use edgewise_api::Publication;
use edgewise_caller::Actor;
use edgewise_control::{
    Control,
    services::imports::{Environment, Imported},
};

use crate::{
    plan::{self, EnvironmentPlan, target},
    source::{Skipped, SourceData},
};

/// Reports the plan of an import into the database at a URL, without changing the database.
///
/// # Errors
/// Each error says in one line what to do.
pub async fn dry_run(data: SourceData, database_url: &str, report: &mut impl Write) -> Result<()> {
    let plans = plan::plan_all(database_url, data.environments)
        .await
        .map_err(|problem| anyhow!("cannot read the target of the import: {problem}"))?;
    for plan in &plans {
        write_line(report, &plan.to_string())?;
    }
    write_skipped(&data.skipped, report)?;
    let changes = plans.iter().any(EnvironmentPlan::changes);
    write_line(
        report,
        if changes {
            "Nothing was changed. Run the command again with --apply to import."
        } else {
            "There is nothing to import."
        },
    )
}

/// Imports one environment after the other, and reports each of them.
///
/// # Errors
/// Each error says in one line what to do.
pub async fn apply(data: SourceData, control: &Control, report: &mut impl Write) -> Result<()> {
    let mut unpublished = 0;
    for environment in data.environments {
        let imported = import(control, &environment).await?;
        write_line(report, &imported.plan.to_string())?;
        write_line(report, &format!("  {}\n", outcome(&imported)))?;
        unpublished += usize::from(matches!(imported.publication, Publication::Failed(_)));
    }
    write_skipped(&data.skipped, report)?;
    if unpublished > 0 {
        bail!(
            "everything is imported, but not everything is published yet (unpublished environments: {unpublished}): \
             repair the snapshot store, then run the import again, or start `edgewise serve` or `edgewise control`, \
             which publish the rest"
        );
    }
    write_line(report, "The import is complete. Running the import again changes nothing.")
}

async fn import(control: &Control, environment: &Environment) -> Result<Imported<EnvironmentPlan>> {
    let plan = |existing: &_| plan::plan(environment.clone(), existing);
    control.services().import(&Actor::IMPORT, &target(environment), plan).await.map_err(|problem| {
        anyhow!(
            "environment `{}` was not imported, and nothing was changed in it: {}: run the import again",
            environment.name,
            problem.message
        )
    })
}

/// Describes the outcome of publishing an environment.
fn outcome(imported: &Imported<EnvironmentPlan>) -> String {
    match (&imported.publication, imported.live_version) {
        (Publication::Published, Some(version)) => format!("published as version {version}"),
        (Publication::Published, None) => "published".to_owned(),
        (Publication::Failed(problem), _) => format!("not published yet: {problem}"),
        (Publication::NotDue, _) if imported.held && imported.plan.publishes() => {
            "not published: publishing of the environment is on hold after a rollback; resume publishing to make the import live"
                .to_owned()
        }
        (Publication::NotDue, Some(version)) => format!("nothing to publish; version {version} is live"),
        (Publication::NotDue, None) => "nothing to publish".to_owned(),
    }
}

fn write_skipped(skipped: &[Skipped], report: &mut impl Write) -> Result<()> {
    if skipped.is_empty() {
        return Ok(());
    }
    write_line(report, "Cannot be imported:")?;
    for skipped in skipped {
        write_line(report, &format!("  ! {skipped}"))?;
    }
    write_line(report, "")
}

/// Writes a line of the report. Fails if the reader of the report is gone, instead of panicking as `println!` does.
fn write_line(report: &mut impl Write, text: &str) -> Result<()> {
    writeln!(report, "{text}").map_err(|problem| anyhow!("the report cannot be written: {problem}"))
}

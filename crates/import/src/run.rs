//! Showing the plan of an import, or carrying it out, with a report for people.

use std::io::Write;

use anyhow::{Result, anyhow, bail};
use edgewise_api::Publication;
use edgewise_caller::Actor;
use edgewise_control::{
    Control,
    services::imports::{Environment, Imported},
};

use crate::{
    found::{Found, LeftOut},
    plan::{self, EnvironmentPlan, target},
};

/// Reports what an import into the database at a URL would do. Nothing changes.
///
/// # Errors
/// Say in one line what to do.
pub async fn show(found: Found, database_url: &str, report: &mut impl Write) -> Result<()> {
    let plans = plan::dry_run(database_url, found.environments)
        .await
        .map_err(|problem| anyhow!("where it would go: {problem}"))?;
    for plan in &plans {
        say(report, &plan.to_string())?;
    }
    list(&found.left_out, report)?;
    let changes = plans.iter().any(EnvironmentPlan::changes);
    say(
        report,
        if changes {
            "Nothing was changed. Add --apply to do it."
        } else {
            "There is nothing to do: nothing is new."
        },
    )
}

/// Imports one environment after the other, and reports each.
///
/// # Errors
/// Say in one line what to do.
pub async fn apply(found: Found, control: &Control, report: &mut impl Write) -> Result<()> {
    let mut unpublished = 0;
    for environment in found.environments {
        let imported = import(control, &environment).await?;
        say(report, &imported.plan.to_string())?;
        say(report, &format!("  {}\n", outcome(&imported)))?;
        unpublished += usize::from(matches!(imported.publication, Publication::Failed(_)));
    }
    list(&found.left_out, report)?;
    if unpublished > 0 {
        bail!(
            "all is imported, but not all is published yet (environments that are not: {unpublished}): mend the snapshot \
             store, and run this again or start `edgewise serve` or `edgewise control`, which publish what is left"
        );
    }
    say(report, "Done. Running it again changes nothing.")
}

async fn import(control: &Control, environment: &Environment) -> Result<Imported<EnvironmentPlan>> {
    let plan = |existing: &_| plan::plan(environment.clone(), existing);
    control.services().import(&Actor::IMPORT, &target(environment), plan).await.map_err(|problem| {
        anyhow!(
            "environment `{}` was not imported, and nothing of it was changed: {}: run this again",
            environment.name,
            problem.message
        )
    })
}

/// What became of publishing an environment, in words.
fn outcome(imported: &Imported<EnvironmentPlan>) -> String {
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

fn list(left_out: &[LeftOut], report: &mut impl Write) -> Result<()> {
    if left_out.is_empty() {
        return Ok(());
    }
    say(report, "Cannot be carried over:")?;
    for left_out in left_out {
        say(report, &format!("  ! {left_out}"))?;
    }
    say(report, "")
}

/// Writes a line of the report, whose reader may be gone.
fn say(report: &mut impl Write, text: &str) -> Result<()> {
    writeln!(report, "{text}").map_err(|problem| anyhow!("the report cannot be written: {problem}"))
}

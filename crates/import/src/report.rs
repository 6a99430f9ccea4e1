//! A plan as text.

use std::fmt::{self, Display, Formatter};

use crate::{
    plan::{Comparison, EnvironmentPlan, PlannedItem},
    source::Skipped,
};

impl Display for Skipped {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.resource, self.reason)
    }
}

/// The number of items with each comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    new: usize,
    same: usize,
    different: usize,
    skipped: usize,
}

impl Counts {
    fn of<T>(items: &[PlannedItem<T>]) -> Self {
        let mut counts = Self::default();
        for item in items {
            match item.comparison {
                Comparison::New => counts.new += 1,
                Comparison::Same => counts.same += 1,
                Comparison::Different(_) => counts.different += 1,
                Comparison::Skipped(_) => counts.skipped += 1,
            }
        }
        counts
    }
}

impl Display for Counts {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.new, "new"),
            (self.same, "identical"),
            (self.different, "different (not changed)"),
            (self.skipped, "skipped"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, comparison)| format!("{count} {comparison}"))
            .collect();
        f.write_str(if parts.is_empty() { "none" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}

/// Formats the plan of an environment: a line for the environment, two lines that count its audiences and experiments, and a
/// line for each audience and experiment that is new (`+`), different (`~`) or skipped (`!`).
impl Display for EnvironmentPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "environment `{}`: ", self.environment.name)?;
        match &self.comparison {
            Comparison::New => writeln!(f, "new")?,
            Comparison::Same => writeln!(f, "exists already")?,
            Comparison::Different(differences) => {
                return writeln!(
                    f,
                    "different (not changed; its audiences and experiments are skipped): {}",
                    differences.join(", ")
                );
            }
            Comparison::Skipped(reason) => {
                return writeln!(f, "skipped with its audiences and experiments: {reason}");
            }
        }
        if let Some(number) = self.number {
            writeln!(f, "  versions up to {number} were used; the next one is {}", number + 1)?;
        }
        writeln!(f, "  audiences: {}", Counts::of(&self.audiences))?;
        for PlannedItem { item, comparison } in &self.audiences {
            line(f, format_args!("audience `{}`", item.name.escape_debug()), comparison)?;
        }
        writeln!(f, "  experiments: {}", Counts::of(&self.experiments))?;
        for PlannedItem { item, comparison } in &self.experiments {
            let resource = format_args!(
                "experiment `{}` ({}, variants: {}, allocations: {})",
                item.key.escape_debug(),
                item.status,
                item.variants.len(),
                item.allocations.len()
            );
            line(f, resource, comparison)?;
        }
        Ok(())
    }
}

fn line(f: &mut Formatter<'_>, resource: fmt::Arguments<'_>, comparison: &Comparison) -> fmt::Result {
    match comparison {
        Comparison::New => writeln!(f, "    + {resource}"),
        Comparison::Same => Ok(()),
        Comparison::Different(differences) => writeln!(f, "    ~ {resource}: {}", differences.join(", ")),
        Comparison::Skipped(reason) => writeln!(f, "    ! {resource}: {reason}"),
    }
}

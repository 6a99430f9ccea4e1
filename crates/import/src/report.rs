//! A plan as text.

use std::fmt::{self, Display, Formatter};

use crate::{
    found::LeftOut,
    plan::{EnvironmentPlan, Fate, Planned},
};

impl Display for LeftOut {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

/// How many things have which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    new: usize,
    same: usize,
    differ: usize,
    left_out: usize,
}

impl Counts {
    fn of<'a>(fates: impl Iterator<Item = &'a Fate>) -> Self {
        let mut counts = Self::default();
        for fate in fates {
            match fate {
                Fate::New => counts.new += 1,
                Fate::Same => counts.same += 1,
                Fate::Differs(_) => counts.differ += 1,
                Fate::LeftOut(_) => counts.left_out += 1,
            }
        }
        counts
    }
}

impl Display for Counts {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.new, "new"),
            (self.same, "here and the same"),
            (self.differ, "here and different, left alone"),
            (self.left_out, "left out"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        f.write_str(if parts.is_empty() { "none" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}

/// The plan of an environment: a line for the environment, two that count what belongs to it, and one for each thing that
/// is new (`+`), differs (`~`) or is left out (`!`).
impl Display for EnvironmentPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "environment `{}`: ", self.environment.name)?;
        match &self.fate {
            Fate::New => writeln!(f, "new")?,
            Fate::Same => writeln!(f, "here already")?,
            Fate::Differs(problems) => {
                return writeln!(f, "left alone with all in it, for {}", problems.join(", "));
            }
            Fate::LeftOut(why) => return writeln!(f, "left out with all in it, for {why}"),
        }
        if let Some(number) = self.number {
            writeln!(f, "  versions up to {number} were used; the next one is {}", number + 1)?;
        }
        writeln!(f, "  audiences: {}", Counts::of(self.audiences.iter().map(|audience| &audience.fate)))?;
        for Planned { it, fate } in &self.audiences {
            line(f, format_args!("audience `{}`", it.name.escape_debug()), fate)?;
        }
        let fates = self.experiments.iter().map(|experiment| &experiment.fate);
        writeln!(f, "  experiments: {}", Counts::of(fates))?;
        for Planned { it, fate } in &self.experiments {
            let what = format_args!(
                "experiment `{}` ({}, variants: {}, allocations: {})",
                it.key.escape_debug(),
                it.status,
                it.variants.len(),
                it.allocations.len()
            );
            line(f, what, fate)?;
        }
        Ok(())
    }
}

fn line(f: &mut Formatter<'_>, what: fmt::Arguments<'_>, fate: &Fate) -> fmt::Result {
    match fate {
        Fate::New => writeln!(f, "    + {what}"),
        Fate::Same => Ok(()),
        Fate::Differs(problems) => writeln!(f, "    ~ {what}: {}", problems.join(", ")),
        Fate::LeftOut(why) => writeln!(f, "    ! {what}: {why}"),
    }
}

use std::{collections::BTreeSet, env, ffi::OsString};

use clap::{
    Arg, ArgMatches, CommandFactory, Error, FromArgMatches,
    builder::Resettable,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::{Cli, file};

/// Why there are no settings to run with.
#[derive(Debug)]
pub enum Refusal {
    /// Help or the version: print it, and end as it says.
    Help(Error),
    /// Something is wrong: one line that says what.
    Invalid(String),
}

/// Reads the settings. `args` are those of the process, its name included.
///
/// # Errors
/// [`Refusal`] says what to print instead of running.
pub fn read(args: &[OsString]) -> Result<Cli, Refusal> {
    let command = Cli::command().mut_subcommands(|plane| plane.mut_args(unless_empty));
    // What the file says are defaults, so flags and variables must be right whatever it says.
    let matches =
        command.clone().try_get_matches_from(args).map_err(|error| refusal(&command, args, error))?;
    let cli = Cli::from_arg_matches(&matches).map_err(|error| refusal(&command, args, error))?;

    let settings = file::read(cli.command.process().config.as_deref()).map_err(Refusal::Invalid)?;
    if settings.values.is_empty() {
        return Ok(cli);
    }
    let in_file = |problem: &str| Refusal::Invalid(format!("{}: {problem}", settings.path.display()));
    let known = keys(&command);
    if let Some(key) = settings.values.keys().find(|key| !known.contains(key.as_str())) {
        return Err(in_file(&format!(
            "unknown key `{key}` (the keys are the flags of `edgewise serve --help`)"
        )));
    }
    let chosen = matches.subcommand_name().unwrap_or_default().to_owned();
    let command = command.mut_subcommand(chosen, |plane| {
        plane.mut_args(|arg| match arg.get_long().and_then(|long| settings.values.get(long)) {
            Some(value) => arg.default_value(value),
            None => arg,
        })
    });
    let again: Result<ArgMatches, Error> = command.try_get_matches_from(args);
    again.and_then(|matches| Cli::from_arg_matches(&matches)).map_err(|error| in_file(&line(&error)))
}

/// A variable that is set to nothing counts as not set.
fn unless_empty(arg: Arg) -> Arg {
    let empty = arg.get_env().and_then(env::var_os).is_some_and(|value| value.is_empty());
    if empty { arg.env(Resettable::Reset) } else { arg }
}

/// What may stand in the file: every flag of every plane, so that planes can share one file.
fn keys(command: &clap::Command) -> BTreeSet<String> {
    let longs =
        command.get_subcommands().flat_map(clap::Command::get_arguments).filter_map(clap::Arg::get_long);
    longs.filter(|long| !["config", "help", "version"].contains(long)).map(str::to_owned).collect()
}

fn refusal(command: &clap::Command, args: &[OsString], error: Error) -> Refusal {
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Refusal::Help(error),
        _ => match variable(command, args, &error) {
            Some(variable) => Refusal::Invalid(format!("{} (from the variable {variable})", line(&error))),
            None => Refusal::Invalid(line(&error)),
        },
    }
}

/// The variable that a wrong value came from, if it was no flag.
fn variable(command: &clap::Command, args: &[OsString], error: &Error) -> Option<String> {
    let Some(ContextValue::String(arg)) = error.get(ContextKind::InvalidArg) else { return None };
    let long = arg.strip_prefix("--")?.split([' ', '=']).next()?;
    let flag = format!("--{long}");
    let is_flag =
        |arg: &OsString| arg.to_str().is_some_and(|arg| arg == flag || arg.starts_with(&format!("{flag}=")));
    if args.iter().any(is_flag) {
        return None;
    }
    let mut planes = command.get_subcommands().flat_map(clap::Command::get_arguments);
    let arg = planes.find(|arg| arg.get_long() == Some(long))?;
    arg.get_env().map(|name| name.to_string_lossy().into_owned())
}

/// What is wrong, without the usage, in one line.
fn line(error: &Error) -> String {
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let problem = text.split("\n\nUsage:").next().unwrap_or(text);
    let problem = problem.split("\n\nFor more information").next().unwrap_or(problem);
    problem.split_whitespace().collect::<Vec<_>>().join(" ")
}

use std::{collections::BTreeSet, env, ffi::OsString};

use clap::{
    Arg, ArgMatches, Command, CommandFactory, Error, FromArgMatches,
    builder::Resettable,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::{Cli, file};

/// The reason why the options do not name a command to run.
#[derive(Debug)]
pub enum OptionsError {
    /// The command line asks for the help or the version, which [`Error::exit`] prints.
    Help(Error),
    /// An option is invalid, for the reason in the text, which is one line.
    Invalid(String),
}

/// Reads the options. `args` are the arguments of the process, including the name of the program.
///
/// # Errors
/// [`OptionsError`] contains the text to print.
pub fn read(args: &[OsString]) -> Result<Cli, OptionsError> {
    let command = map_commands(Cli::command(), &|command| command.mut_args(unless_empty));
    // The values in the file are defaults, so flags and variables must be valid without the file.
    let matches =
        command.clone().try_get_matches_from(args).map_err(|error| refusal(&command, args, error))?;
    let cli = Cli::from_arg_matches(&matches).map_err(|error| refusal(&command, args, error))?;

    let settings = file::read(cli.task.config()).map_err(OptionsError::Invalid)?;
    if settings.values.is_empty() {
        return Ok(cli);
    }
    let in_file = |problem: &str| OptionsError::Invalid(format!("`{}`: {problem}", settings.path.display()));
    let known = keys(&command);
    if let Some(key) = settings.values.keys().find(|key| !known.contains(*key)) {
        return Err(in_file(&format!(
            "unknown key `{key}` (the keys are the flags of `edgewise serve --help`)"
        )));
    }
    let from_file = |arg: Arg| {
        let key = key(&arg);
        match settings.values.get(&key).filter(|_| known.contains(&key)) {
            Some(value) => arg.default_value(value),
            None => arg,
        }
    };
    let command = match matches.subcommand_name() {
        Some(chosen) => command
            .mut_subcommand(chosen, |chosen| map_commands(chosen, &|command| command.mut_args(from_file))),
        None => command,
    };
    let with_file: Result<ArgMatches, Error> = command.try_get_matches_from(args);
    with_file.and_then(|matches| Cli::from_arg_matches(&matches)).map_err(|error| in_file(&line(&error)))
}

/// Ignores the variable of an option if the variable is empty.
fn unless_empty(arg: Arg) -> Arg {
    let empty = arg.get_env().and_then(env::var_os).is_some_and(|value| value.is_empty());
    if empty { arg.env(Resettable::Reset) } else { arg }
}

/// Applies `change` to a command and all of its subcommands.
fn map_commands(command: Command, change: &impl Fn(Command) -> Command) -> Command {
    change(command).mut_subcommands(|subcommand| map_commands(subcommand, change))
}

/// Returns all options of a command and of all of its subcommands.
fn options(command: &Command) -> Vec<&Arg> {
    command.get_arguments().chain(command.get_subcommands().flat_map(options)).collect()
}

/// Returns the key of an option in the file. The key is the id of the option, because flags with different names can be the
/// same setting.
fn key(arg: &Arg) -> String {
    arg.get_id().as_str().replace('_', "-")
}

/// Returns the keys that the file may contain: the flags of all planes, so that planes can share one file.
fn keys(command: &Command) -> BTreeSet<String> {
    let planes = command.get_subcommands().filter(|command| !command.has_subcommands());
    let keys = planes.flat_map(Command::get_arguments).filter(|arg| arg.get_long().is_some()).map(key);
    keys.filter(|key| !["config", "help", "version"].contains(&key.as_str())).collect()
}

fn refusal(command: &Command, args: &[OsString], error: Error) -> OptionsError {
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => OptionsError::Help(error),
        _ => match variable(command, args, &error) {
            Some(variable) => {
                OptionsError::Invalid(format!("{} (from the variable `{variable}`)", line(&error)))
            }
            None => OptionsError::Invalid(line(&error)),
        },
    }
}

/// Returns the variable that an invalid value came from, or `None` if the value came from a flag.
fn variable(command: &Command, args: &[OsString], error: &Error) -> Option<String> {
    let Some(ContextValue::String(arg)) = error.get(ContextKind::InvalidArg) else { return None };
    let long = arg.strip_prefix("--")?.split([' ', '=']).next()?;
    let flag = format!("--{long}");
    let is_flag =
        |arg: &OsString| arg.to_str().is_some_and(|arg| arg == flag || arg.starts_with(&format!("{flag}=")));
    if args.iter().any(is_flag) {
        return None;
    }
    let arg = options(command).into_iter().find(|arg| arg.get_long() == Some(long))?;
    arg.get_env().map(|name| name.to_string_lossy().into_owned())
}

/// Formats an error in one line, without the usage.
fn line(error: &Error) -> String {
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let problem = text.split("\n\nUsage:").next().unwrap_or(text);
    let problem = problem.split("\n\nFor more information").next().unwrap_or(problem);
    problem.split_whitespace().collect::<Vec<_>>().join(" ")
}

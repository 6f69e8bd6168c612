//! What is wrong with a command line that clap accepts, and what clap does not explain well.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, Error};

use super::names::{CONFIG_FILE, FILE};

/// The error of a command line that cannot be read, which says more where people who are used to
/// flags of Go have written one dash.
pub(super) fn explained(error: Error, words: &[OsString], command: &mut Command) -> Error {
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    match flag_with_one_dash(words, command) {
        Some(flag) => command.error(
            ErrorKind::UnknownArgument,
            format!("unexpected argument '-{flag}' found\n\n  tip: flags have two dashes here: '--{flag}'"),
        ),
        None => error,
    }
}

/// The name of the first of our long flags that has only one dash.
fn flag_with_one_dash(words: &[OsString], command: &Command) -> Option<String> {
    let flags = words.iter().take_while(|word| *word != "--");
    let mut names = flags.filter_map(|word| name_after_one_dash(word.to_str()?));
    names
        .find(|name| has_flag(command, name))
        .map(str::to_owned)
}

fn name_after_one_dash(word: &str) -> Option<&str> {
    word.strip_prefix('-')?.split('=').next()
}

/// Whether the program has a flag of this name, for whatever command.
fn has_flag(command: &Command, name: &str) -> bool {
    flags_of(command).any(|flag| flag == name)
        || command
            .get_subcommands()
            .any(|command| has_flag(command, name))
}

fn flags_of(command: &Command) -> impl Iterator<Item = &str> {
    command.get_arguments().filter_map(Arg::get_long)
}

/// Refuses what clap accepts because a flag is that of several commands.
///
/// # Errors
/// If a flag of `serve` stands before another command, or a command has no use for the file.
pub(super) fn check(matches: &ArgMatches, command: &mut Command) -> Result<(), Error> {
    let Some((name, arguments)) = matches.subcommand() else {
        return Ok(());
    };
    let problem = misplaced_flag(matches, name, command)
        .or_else(|| problem_of_file(name, arguments, is_given(matches, CONFIG_FILE)));
    match problem {
        Some((kind, text)) => Err(command.error(kind, text)),
        None => Ok(()),
    }
}

type Problem = (ErrorKind, String);

/// What is wrong if a flag of `serve` stands before a command. Those of all commands may.
fn misplaced_flag(matches: &ArgMatches, name: &str, command: &Command) -> Option<Problem> {
    let mut own = command.get_arguments().filter(|flag| !flag.is_global_set());
    let flag = own
        .find(|flag| is_given(matches, flag.get_id().as_str()))?
        .get_long()?;
    let has_it = command
        .find_subcommand(name)
        .is_some_and(|command| flags_of(command).any(|other| other == flag));
    let tip = if has_it {
        format!("write it after the command: '{name} --{flag}'")
    } else {
        format!("'{name}' does not take it")
    };
    let text =
        format!("the argument '--{flag}' cannot stand before the command '{name}'\n\n  tip: {tip}");
    Some((ErrorKind::ArgumentConflict, text))
}

/// What is wrong with the configuration file of a command that takes none, or has one already.
fn problem_of_file(name: &str, arguments: &ArgMatches, is_configured: bool) -> Option<Problem> {
    match name {
        "simulate" if is_configured => Some((
            ErrorKind::UnknownArgument,
            "'simulate' does not take '--config.file'\n\n  tip: only flags say what is simulated; \
             'demo' takes a configuration for the exporter over it"
                .to_owned(),
        )),
        "check-config" if is_configured && is_given(arguments, FILE) => Some((
            ErrorKind::ArgumentConflict,
            "the argument '[FILE]' cannot be used with '--config.file <FILE>'".to_owned(),
        )),
        _ => None,
    }
}

fn is_given(matches: &ArgMatches, id: &str) -> bool {
    matches.value_source(id) == Some(ValueSource::CommandLine)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::{Cli, parse};
    use super::*;

    fn refused(words: &str) -> String {
        let words = words.split(' ').map(OsString::from);
        let error = parse(words).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
        error.to_string()
    }

    /// The names of all long flags, each with a command that takes it.
    fn all_flags() -> Vec<(String, String)> {
        let command = Cli::command();
        let own = flags_of(&command).map(|flag| (String::new(), flag.to_owned()));
        let mut flags: Vec<_> = own.collect();
        for command in command.get_subcommands() {
            let name = format!(" {}", command.get_name());
            flags.extend(flags_of(command).map(|flag| (name.clone(), flag.to_owned())));
        }
        flags
    }

    #[test]
    fn every_flag_of_ours_with_one_dash_is_explained() {
        let flags = all_flags();
        assert!(flags.len() > 30, "{flags:?}");
        for (command, flag) in flags {
            for value in ["", "=x", " x"] {
                let error = refused(&format!("exporter{command} -{flag}{value}"));
                assert!(error.contains("two dashes"), "{error}");
                assert!(error.contains(&format!("'--{flag}'")), "{error}");
            }
        }
    }

    #[test]
    fn a_short_flag_that_is_unknown_is_left_to_clap() {
        assert!(!refused("exporter -x").contains("two dashes"));
        // Behind two dashes alone there are no flags.
        let error = refused("exporter explain --bogus -- -config.file");
        assert!(!error.contains("two dashes"), "{error}");
    }

    #[test]
    fn a_flag_of_serve_before_another_command_is_refused() {
        let error = refused("exporter --web.listen-address :1 demo");
        assert!(error.contains("'--web.listen-address'"), "{error}");
        assert!(error.contains("'demo --web.listen-address'"), "{error}");
        let error = refused("exporter --web.disable-pages once");
        assert!(error.contains("'once' does not take it"), "{error}");
    }

    #[test]
    fn a_file_is_refused_where_there_is_no_use_for_it() {
        for words in [
            "exporter simulate --config.file x",
            "exporter --config.file x simulate",
        ] {
            let error = refused(words);
            assert!(
                error.contains("'simulate' does not take '--config.file'"),
                "{error}"
            );
        }
        for words in [
            "exporter check-config --config.file x y",
            "exporter --config.file x check-config y",
        ] {
            assert!(
                refused(words).contains("'[FILE]' cannot be used with"),
                "{words}"
            );
        }
    }
}

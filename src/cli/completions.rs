//! The command `completions`: for which shell.

use clap::{Args, Command};
use clap_complete::Shell;

#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Completions {
    /// Shell that is to complete the exporter's command lines
    #[arg(value_name = "SHELL", value_enum)]
    pub(crate) shell: Shell,
}

/// A script of the shell, which is to be sourced.
pub(crate) fn completions(shell: Shell, mut command: Command) -> String {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        Shell::Bash => with_dashes(&script, command.get_name()),
        Shell::Fish => with_dots(&script),
        _ => script,
    }
}

/// The script for bash, made to find the flags of a command of a program with a dash in its name.
// It looks for them under a label in which each dash of the program's name begins another command.
fn with_dashes(script: &str, program: &str) -> String {
    let label = program.replace('-', "__");
    script.replace(&program.replace('-', "__subcmd__"), &label)
}

/// The script for fish, made to find the command behind flags with a dot.
// It lets fish's argparse read the flags, which refuses names with a dot, and then completes
// nothing. So argparse gets both the names and the words with a dash in that place.
fn with_dots(script: &str) -> String {
    let lines = script.lines().map(|line| match line.trim_start() {
        "set -e cmd[1]" => format!("{line}\n    {DASHES_FOR_DOTS}\n"),
        names if names.starts_with("string join ") => line.replace('.', "-") + "\n",
        _ => format!("{line}\n"),
    });
    lines.collect()
}

const DASHES_FOR_DOTS: &str = r"set cmd (string replace -r -- '^(--[a-z]+)\.' '$1-' $cmd)";

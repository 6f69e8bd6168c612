//! The manual page, made from the command line: one page with all commands, so that a search finds
//! every flag.

use std::io;

use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::help;

/// What the help does not say, because it is the same for all commands: titles, and for each what
/// there is under it.
const SECTIONS: [(&str, &[(&str, &str)]); 3] = [
    (
        "ENVIRONMENT",
        &[
            (
                "AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID, ...",
                "Credentials and the region, as for all of AWS's own tools. check-config says which apply.",
            ),
            (
                "HTTPS_PROXY, NO_PROXY, AWS_CA_BUNDLE",
                "How AWS is reached.",
            ),
            (
                "NOTIFY_SOCKET, WATCHDOG_USEC",
                "Where systemd wants to be told that the exporter listens, reloads, stops and is alive.",
            ),
        ],
    ),
    (
        "SIGNALS",
        &[
            (
                "SIGHUP",
                "Read the configuration file anew. Targets that stay keep their data, and a bad file changes nothing.",
            ),
            (
                "SIGTERM, SIGINT",
                "Let answers under way end, and end with 0.",
            ),
        ],
    ),
    (
        "FILES",
        &[
            (
                "/etc/ssm-compliance-exporter/config.yaml",
                "The configuration that the systemd unit of the Debian package reads.",
            ),
            (
                "/etc/default/ssm-compliance-exporter",
                "Flags and variables of that unit.",
            ),
        ],
    ),
];

/// The manual page in the language of man(7).
///
/// # Errors
/// If there is not enough memory for it.
pub(crate) fn manual(mut command: Command) -> io::Result<Vec<u8>> {
    // Commands get the flags of all of them only now.
    command.build();
    let man = Man::new(command.clone())
        // Where others have a date. A page of the same version must be the same on every day.
        .date(env!("CARGO_PKG_VERSION"))
        .source(command.get_name())
        .manual("User Commands");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    page.extend(layout());
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    page.extend(commands(&command)?);
    page.extend(faults());
    page.extend(common_sections());
    Ok(page)
}

/// Flags are to be copied and searched for, so words are neither broken nor stretched.
fn layout() -> Vec<u8> {
    let mut layout = Roff::new();
    layout.control("nh", []);
    layout.control("ad", ["l"]);
    layout.to_roff().into_bytes()
}

/// The section of the commands, with a part for each.
fn commands(program: &Command) -> io::Result<Vec<u8>> {
    let mut title = Roff::new();
    title.control("SH", ["COMMANDS"]);
    let mut section = title.to_roff().into_bytes();
    for command in program.get_subcommands() {
        // clap's own command, which prints what --help prints.
        if command.get_name() != "help" {
            section.extend(part(command, program)?);
        }
    }
    Ok(section)
}

/// What one command is for, its own flags, and what its help says below them.
fn part(command: &Command, program: &Command) -> io::Result<Vec<u8>> {
    let mut head = Roff::new();
    head.control("SS", [command.get_name()]);
    if let Some(about) = command.get_long_about().or_else(|| command.get_about()) {
        write_help(&mut head, &about.to_string());
    }
    if has_flags_of(program, command) {
        head.control("PP", []);
        head.text([roman("It takes the --web options above.")]);
    }
    let mut part = head.to_roff().into_bytes();
    part.extend(own_flags(command, program)?);
    if let Some(help) = command.get_after_help() {
        let mut foot = Roff::new();
        foot.control("PP", []);
        write_help(&mut foot, help::without_faults(&help.to_string()));
        part.extend(foot.to_roff().into_bytes());
    }
    Ok(part)
}

/// The flags that only this command has. The others stand at the beginning of the page.
fn own_flags(command: &Command, program: &Command) -> io::Result<Vec<u8>> {
    let own = command.clone().mut_args(|argument| {
        let is_common = is_of(program, &argument);
        argument.hide(is_common)
    });
    let mut flags = Vec::new();
    Man::new(own).render_options_section(&mut flags)?;
    // They belong to the part of the command, and are no section of the page.
    let text = String::from_utf8_lossy(&flags).replace(".SH OPTIONS\n", "");
    Ok(text.into_bytes())
}

/// Whether the command has flags of `serve`, which stand in the program's own list.
fn has_flags_of(program: &Command, command: &Command) -> bool {
    let mut arguments = command.get_arguments();
    arguments.any(|argument| is_web(argument) && is_of(program, argument))
}

fn is_web(argument: &Arg) -> bool {
    argument
        .get_long()
        .is_some_and(|flag| flag.starts_with("web."))
}

fn is_of(program: &Command, argument: &Arg) -> bool {
    let mut flags = program.get_arguments().filter_map(Arg::get_long);
    argument
        .get_long()
        .is_some_and(|flag| flags.any(|other| other == flag))
}

/// Writes a text of the help: paragraphs, and what is indented below them.
fn write_help(page: &mut Roff, help: &str) {
    let lines: Vec<&str> = help.lines().collect();
    for block in lines.chunk_by(|line, next| is_indented(line) == is_indented(next)) {
        match block {
            [first, ..] if is_row(first) => write_rows(page, block),
            [first, ..] if is_indented(first) => write_as_it_is(page, block),
            _ => write_paragraphs(page, block),
        }
    }
}

fn is_indented(line: &str) -> bool {
    line.starts_with("  ")
}

/// Whether a line is that of a table: a term, a gap, and what it means.
fn is_row(line: &str) -> bool {
    is_indented(line) && line.trim_start().contains("  ")
}

fn write_rows(page: &mut Roff, rows: &[&str]) {
    for row in rows {
        // A row without a term goes on with the one above.
        if let Some((term, meaning)) = row.trim_start().split_once("  ") {
            write_term(page, term, meaning.trim_start());
        } else {
            page.text([roman(row.trim_start())]);
        }
    }
}

fn write_term(page: &mut Roff, term: &str, meaning: &str) {
    page.control("TP", []);
    page.text([bold(term)]);
    page.text([roman(meaning)]);
}

/// Writes lines that are typed like this.
fn write_as_it_is(page: &mut Roff, lines: &[&str]) {
    page.control("RS", ["4"]);
    page.control("nf", []);
    for line in lines {
        page.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
    }
    page.control("fi", []);
    page.control("RE", []);
}

fn write_paragraphs(page: &mut Roff, lines: &[&str]) {
    for line in lines {
        if line.is_empty() {
            page.control("PP", []);
        } else {
            page.text([roman(*line)]);
        }
    }
}

/// The faults that the simulated AWS can have. They are in the help of two commands.
fn faults() -> Vec<u8> {
    let mut page = Roff::new();
    page.control("SH", ["FAULTS"]);
    page.text([roman("The kinds of --sim.fault:")]);
    let rows = help::faults();
    write_help(&mut page, rows.trim_start_matches('\n'));
    page.to_roff().into_bytes()
}

fn common_sections() -> Vec<u8> {
    let mut page = Roff::new();
    for (title, terms) in SECTIONS {
        page.control("SH", [title]);
        for (term, meaning) in terms {
            write_term(&mut page, term, meaning);
        }
    }
    page.to_roff().into_bytes()
}

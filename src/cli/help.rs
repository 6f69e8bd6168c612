//! What stands below the flags in the help of a command: examples and exit codes, and the faults
//! that can be simulated.

use ssm_simulator::FaultKind;
use textwrap::WordSplitter;

/// The width of the table of faults, which is what clap makes the rest where it knows no terminal.
const MAX_COLUMNS: usize = 100;

pub(super) const SERVE: &str = "\
Without --config.file it reads one account, with the credentials and the region that the
environment or the profile gives to AWS's own tools.

Examples:
  ssm-compliance-exporter --config.file exporter.yaml
  ssm-compliance-exporter serve --web.listen-address 127.0.0.1:10068 --log.format json
  ssm-compliance-exporter --config.file exporter.yaml --web.config.file web.yaml

Exit codes:
  0   stopped by SIGTERM or SIGINT
  1   it cannot listen or start, or has failed
  2   the command line is wrong
  78  the configuration is wrong";

const DEMO: &str = "\
Without --config.file it reads every simulated account, and shows all that the exporter can show.
With one, the demo's own settings hold where the file says nothing.

Examples:
  ssm-compliance-exporter demo
  ssm-compliance-exporter demo --sim.accounts 3 --sim.instances 500 --sim.drift 0.1
  ssm-compliance-exporter demo --sim.fault deny:ListAssociations --sim.fault throttle:0.1

Exit codes:
  0   stopped by SIGTERM or SIGINT
  1   it cannot listen or start, or has failed
  2   the command line is wrong
  78  the configuration is wrong";

const SIMULATE: &str = "\
Any credentials will do: they are those of the first account, and AssumeRole leads to the others.

Examples:
  ssm-compliance-exporter simulate --sim.instances 500 --sim.regions eu-west-1
  aws ssm list-compliance-summaries --endpoint-url http://127.0.0.1:4566 --region eu-west-1

Exit codes:
  0   stopped by SIGTERM or SIGINT
  1   it cannot listen or start, or has failed
  2   the command line is wrong";

pub(super) const ONCE: &str = "\
A file is written beside its place and renamed, so that readers find the old page or the new one. It
stays as it was if nothing can be written. A target that is down is on the page with aws_ssm_up 0.

Examples:
  ssm-compliance-exporter once | grep '^aws_ssm_up'
  ssm-compliance-exporter once --config.file exporter.yaml \\
    --output.file /var/lib/prometheus/node-exporter/ssm_compliance.prom

Exit codes:
  0   every target is up
  1   a target is not up, or the metrics cannot be written
  2   the command line is wrong
  78  the configuration is wrong";

pub(super) const PLAN: &str = "\
AWS is asked for counts only. Targets are refreshed side by side, so all of them together take as
long as the slowest one.

Examples:
  ssm-compliance-exporter plan --config.file exporter.yaml

Exit codes:
  0   every target was asked
  1   a target cannot be asked
  2   the command line is wrong
  78  the configuration is wrong";

pub(super) const EXPLAIN: &str = "\
Examples:
  ssm-compliance-exporter explain i-0123456789abcdef0
  ssm-compliance-exporter explain web-00012 --region eu-west-1
  ssm-compliance-exporter explain --all-noncompliant --output csv > findings.csv
  ssm-compliance-exporter explain --patch CVE-2026-20001

An instance takes up to eight calls for a single cause. A computer name takes one more for each 50
managed instances, because AWS cannot look for it.

Exit codes:
  0   compliant: nothing that was asked about is a finding
  1   non-compliant
  2   the command line is wrong
  3   it could not be told: unknown, not managed, or not all could be read
  78  the configuration is wrong
Of several instances 3 goes before 1, and 1 before 0.";

pub(super) const CHECK_CONFIG: &str = "\
Examples:
  ssm-compliance-exporter check-config exporter.yaml
  ssm-compliance-exporter check-config exporter.yaml --web.config.file web.yaml
  AWS_PROFILE=audit ssm-compliance-exporter check-config

Exit codes:
  0   the configuration can be used
  1   what was accepted cannot be printed
  2   the command line is wrong
  78  the configuration is wrong";

pub(super) const HEALTHCHECK: &str = "\
Asks /-/healthy, which never depends on AWS. Any answer below 500 is healthy, also one that asks for
a password. It takes all --web flags of serve, so that the same ones do for both.

Examples:
  ssm-compliance-exporter healthcheck
  ssm-compliance-exporter healthcheck --web.listen-address 127.0.0.1:9100
  ssm-compliance-exporter healthcheck --web.config.file web.yaml

Exit codes:
  0   healthy
  1   not healthy, or no answer within 3 seconds
  2   the command line is wrong";

pub(super) fn demo() -> String {
    with_faults(DEMO)
}

pub(super) fn simulate() -> String {
    with_faults(SIMULATE)
}

/// The text, and below it the table of faults.
fn with_faults(text: &str) -> String {
    let faults: String = FaultKind::ALL.iter().copied().map(fault_row).collect();
    format!("{text}\n\nFaults, the kinds of --sim.fault:{faults}")
}

fn fault_row(kind: FaultKind) -> String {
    // The description is Markdown, which a terminal does not show.
    let description = kind.description().replace('`', "");
    let row = format!("  {:<21} {description}", kind.name());
    let indent = " ".repeat(24);
    let table = textwrap::Options::new(MAX_COLUMNS)
        .word_splitter(WordSplitter::NoHyphenation)
        .subsequent_indent(&indent);
    format!("\n{}", textwrap::fill(&row, table))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::CommandFactory;

    use super::super::{Cli, parse};
    use super::*;

    /// The lines that the help of a command shows to be typed.
    fn examples(help: &str) -> Vec<String> {
        let help = help.replace("\\\n", " ");
        let typed = help
            .lines()
            .filter(|line| line.contains(" ssm-compliance-exporter"));
        typed.map(str::to_owned).collect()
    }

    /// The words for the exporter alone, without variables, pipes and redirections.
    fn words(example: &str) -> Vec<OsString> {
        let words = shlex::split(example).unwrap();
        let own = words.into_iter().skip_while(|word| word.contains('='));
        let own = own.take_while(|word| !matches!(word.as_str(), "|" | ">"));
        own.map(OsString::from).collect()
    }

    #[test]
    fn every_example_is_a_command_line_that_works() {
        let mut count = 0;
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().unwrap().to_string();
            for example in examples(&help) {
                let parsed = parse(words(&example));
                assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
                count += 1;
            }
        }
        assert!(count > 12, "{count} examples");
    }

    #[test]
    fn no_line_is_wider_than_those_of_the_flags() {
        for text in [
            SERVE,
            DEMO,
            SIMULATE,
            ONCE,
            PLAN,
            EXPLAIN,
            CHECK_CONFIG,
            HEALTHCHECK,
        ] {
            assert!(text.lines().all(|line| line.len() <= MAX_COLUMNS), "{text}");
        }
    }
}

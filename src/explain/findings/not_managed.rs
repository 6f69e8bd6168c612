//! The prerequisites of the article: AWS does not list the instance, and knows nothing of it.

use super::steps::place;
use crate::explain::case::Case;
use crate::explain::cause::Cause;
use crate::explain::commands;
use crate::explain::evidence::Read;
use crate::explain::explanation::{Effect, Finding, Step};
use crate::explain::paths;

const PREREQUISITE_COLUMNS: &[&str] = &["prerequisite", "state"];

/// What `GetServiceSetting` says if the configuration is off.
const NO_ROLE: &str = "$None";

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    if !case.is_unlisted() || !case.summaries().is_empty() {
        return Vec::new();
    }
    let finding = Finding::new(
        Cause::NotManaged,
        Effect::Doubtful,
        "",
        "AWS does not list the instance as managed: it is stopped, terminated, in another account \
         or region, or a prerequisite is missing",
    )
    .table("prerequisites", PREREQUISITE_COLUMNS, prerequisites(case));
    let finding = if is_hybrid(case) {
        finding.step(check_activation(case))
    } else {
        finding.step(check_ec2(case)).step(check_role(case))
    };
    let place = place(case);
    vec![
        finding
            .step(check_agent(case))
            .step(check_network(case))
            .verify(
                "The instance is listed and Online:",
                commands::ping_status(place),
            ),
    ]
}

fn is_hybrid(case: Case<'_>) -> bool {
    case.id().starts_with("mi-")
}

fn prerequisites(case: Case<'_>) -> Vec<Vec<String>> {
    let role = if is_hybrid(case) {
        ("hybrid activation", "to be checked".to_owned())
    } else {
        ("default host management role", default_role(case))
    };
    let rows = [
        ("listed by DescribeInstanceInformation", "no".to_owned()),
        role,
        ("running machine", "to be checked".to_owned()),
        ("running SSM Agent", "to be checked".to_owned()),
        ("way to the endpoints", "to be checked".to_owned()),
    ];
    rows.into_iter()
        .map(|(name, state)| vec![name.to_owned(), state])
        .collect()
}

fn default_role(case: Case<'_>) -> String {
    match &case.evidence.default_host_management {
        Read::Done(role) if role == NO_ROLE || role.is_empty() => {
            "off: the instance needs an instance profile of its own".to_owned()
        }
        Read::Done(role) => format!("on, with the role {role}"),
        Read::Failed(failure) => format!("not known: {}", failure.reason.summary()),
        Read::Unasked => "not read".to_owned(),
    }
}

fn check_ec2(case: Case<'_>) -> Step {
    Step::new("Is it running, in this account and region, and has it an instance profile?")
        .command(commands::ec2_state(place(case)))
}

fn check_role(case: Case<'_>) -> Step {
    Step::new(
        "An instance profile needs the rights of AmazonSSMManagedInstanceCore. Without a profile \
         the account's default host management configuration must be on (agent 3.2.582.0 or \
         newer, IMDSv2).",
    )
    .command(commands::default_host_management(place(case)))
}

fn check_activation(case: Case<'_>) -> Step {
    Step::new(
        "A hybrid node is registered with an activation. If the node was deregistered, make a new \
         activation and register it again on the machine (amazon-ssm-agent -register).",
    )
    .command(commands::activations(place(case)))
}

fn check_agent(case: Case<'_>) -> Step {
    Step::new(
        "On the machine: is the agent installed and running (systemctl status amazon-ssm-agent, \
         snap services amazon-ssm-agent, Get-Service AmazonSSMAgent)? ssm-cli get-diagnostics \
         checks all prerequisites.",
    )
    .paths(paths::agent_log(case.platform()))
}

fn check_network(case: Case<'_>) -> Step {
    let region = &case.evidence.target.region;
    let domain = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    let hosts = ["ssm", "ssmmessages", "ec2messages"];
    let hosts: Vec<String> = hosts
        .iter()
        .map(|service| format!("{service}.{region}.{domain}"))
        .collect();
    Step::new(format!(
        "On the machine: does port 443 of {} answer, through the internet or VPC endpoints with \
         private DNS?",
        hosts.join(", ")
    ))
}

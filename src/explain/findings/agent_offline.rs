//! The instance is listed, and its agent does not answer: no command reaches it, and nothing new is
//! reported.

use super::steps::place;
use crate::explain::case::Case;
use crate::explain::cause::Cause;
use crate::explain::commands;
use crate::explain::explanation::{Effect, Finding, Step};
use crate::explain::paths;
use crate::model::InstanceRow;

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    let listing = case.listing();
    listing
        .filter(|listing| is_offline(listing))
        .map(|listing| finding(case, listing))
        .into_iter()
        .collect()
}

/// A status that AWS does not give says nothing.
fn is_offline(listing: &InstanceRow) -> bool {
    !listing.ping_status.is_empty() && listing.ping_status != "Online"
}

fn finding(case: Case<'_>, listing: &InstanceRow) -> Finding {
    let sentence = format!(
        "the agent does not answer (ping status {}): what AWS says is as of then, and no command \
         reaches the instance",
        listing.ping_status
    );
    Finding::new(Cause::AgentOffline, Effect::Doubtful, "", sentence)
        .text("ping_status", &listing.ping_status)
        .time("last_ping", listing.last_ping)
        .text("agent_version", &listing.agent_version)
        .text("iam_role", &listing.iam_role)
        .since(
            listing.last_ping,
            "the agent's last ping; it pings every 5 minutes",
        )
        .step(check_machine(case))
        .step(check_agent(case))
        .step(
            Step::new("Go on when this says Online: only then do commands reach the instance.")
                .command(commands::ping_status(place(case))),
        )
}

fn check_machine(case: Case<'_>) -> Step {
    if case.id().starts_with("mi-") {
        return Step::new(
            "Does the machine still exist? If not, deregister it (aws ssm \
             deregister-managed-instance).",
        );
    }
    Step::new("Is the machine well? Look at its state and status checks in EC2, and recover it.")
}

fn check_agent(case: Case<'_>) -> Step {
    Step::new(
        "Log in another way (serial console, SSH, RDP) and restart the agent. Its log says why it \
         cannot connect: the instance profile, the clock, port 443 to the endpoints of Systems \
         Manager, IMDS. ssm-cli get-diagnostics checks all of these.",
    )
    .paths(paths::agent_log(case.platform()))
}

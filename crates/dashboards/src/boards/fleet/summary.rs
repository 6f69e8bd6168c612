//! How much of the fleet is compliant, and why the rest is not.

use crate::grafana::{Panel, Section};
use crate::looks;
use crate::queries::{self, CHOSEN_TYPES};

pub(super) fn section() -> Section {
    Section::new("")
        .row(4, first_row())
        .row(9, vec![(8, reasons_now()), (16, reasons())])
}

fn first_row() -> Vec<(u32, Panel)> {
    vec![
        (7, share()),
        (6, noncompliant()),
        (4, unreported()),
        (3, managed()),
        (4, unread()),
    ]
}

fn share() -> Panel {
    Panel::stat(
        "Compliant",
        "Share of compliant instances among those with a status, by compliance type. Red below 75 %, green from 95 %. \
         Instances that AWS has no status of count neither way: see Unreported.",
    )
    .query("{{compliance_type}}", queries::compliant_share())
    .unit("percentunit")
    .decimals(1)
    // Unlike a count, a share has a largest value.
    .default("max", 1)
    .steps(looks::COMPLIANT_SHARE)
    .empty("no data")
}

fn noncompliant() -> Panel {
    Panel::stat(
        "Non-compliant instances",
        "Listed instances that are NON_COMPLIANT, by compliance type.",
    )
    .query("{{compliance_type}}", queries::by_status("NON_COMPLIANT"))
    .unit("short")
    .steps(looks::NONE_IS_GOOD)
    .empty("no data")
}

fn unreported() -> Panel {
    Panel::stat(
        "Unreported",
        "Managed instances without a compliance summary. Patch: never scanned, scanned only through \
         AWS-RunPatchBaselineAssociation, or longer ago than AWS keeps. Association: AWS knows a status but no summary. \
         Their compliance is unknown.",
    )
    .query("{{compliance_type}}", queries::by_status("UNREPORTED"))
    .unit("short")
    .steps(looks::FEW_IS_GOOD)
    .empty("no data")
}

fn managed() -> Panel {
    Panel::stat(
        "Managed instances",
        "Instances that Systems Manager lists, and those whose agent is Online.",
    )
    .query("managed", queries::managed(""))
    .query("online", queries::managed(r#"ping_status="Online""#))
    .unit("short")
    .empty("no data")
}

fn unread() -> Panel {
    Panel::stat(
        "Not read",
        "Accounts and regions whose last reading failed, and failing collectors: their data is old, or missing from every count. The Exporter dashboard says why.",
    )
    .query("targets", queries::targets_down())
    .query("collectors", queries::collectors_failing())
    .unit("short")
    .steps(looks::NONE_IS_GOOD)
    .empty("no exporter")
}

fn reasons_now() -> Panel {
    Panel::bars(
        "Non-compliant instances by reason",
        "Why instances are non-compliant now, classified as in AWS's troubleshooting article. An instance with several reasons counts once for each.",
    )
    // Bars come in the order of the answer, so the most frequent reason is on top.
    .query("{{reason}}", format!("sort_desc({})", queries::by_reason(CHOSEN_TYPES)))
    .unit("short")
    .colours(looks::REASONS)
    .empty("no data")
}

fn reasons() -> Panel {
    Panel::lines(
        "Non-compliant instances by reason over time",
        "A rising line is work to do; one that falls after a maintenance window is work done. An instance with several reasons counts for each, so the lines do not add up.",
    )
    .query("{{reason}}", queries::by_reason(CHOSEN_TYPES))
    .unit("short")
    .colours(looks::REASONS)
    .empty("no data")
}

//! Families about targets and their collectors.

use crate::metrics::family::{
    Family,
    Kind::{Gauge, Info},
    Per,
    Stability::Experimental,
};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "aws_ssm_up",
        kind: Gauge,
        stability: Experimental,
        help: "Whether the last attempts of the collectors instances and compliance succeeded (1) or not (0).",
        labels: &[],
        samples: Per::Target(|view, _, out| {
            out.maybe(
                &[],
                if view.is_identified() {
                    view.target.is_up()
                } else {
                    Some(false)
                },
            );
        }),
    },
    Family {
        name: "aws_ssm_target_info",
        kind: Info,
        stability: Experimental,
        help: "The configured accounts and regions; account_name is the account id where no name is configured.",
        labels: &["account_name"],
        samples: Per::Target(|view, _, out| out.sample(&[&view.identity.account_name], true)),
    },
    Family {
        name: "aws_ssm_collector_success",
        kind: Gauge,
        stability: Experimental,
        help: "Whether the last attempt of a collector succeeded (1) or not (0).",
        labels: &["collector"],
        samples: Per::Target(|view, _, out| {
            for (collector, attempt) in view.attempts() {
                out.sample(&[collector.as_str()], attempt.result.is_ok());
            }
        }),
    },
    Family {
        name: "aws_ssm_collector_error_info",
        kind: Info,
        stability: Experimental,
        help: "Why the last attempt of a collector failed; no series for one that succeeded.",
        labels: &["collector", "reason"],
        samples: Per::Target(|view, _, out| {
            for (collector, attempt) in view.attempts() {
                if let Err(reason) = attempt.result {
                    out.sample(&[collector.as_str(), reason.as_str()], true);
                }
            }
        }),
    },
    Family {
        name: "aws_ssm_collector_skipped_resources",
        kind: Gauge,
        stability: Experimental,
        help: "Instances or rows that the last attempt of a collector could not read.",
        labels: &["collector"],
        samples: Per::Target(|view, _, out| {
            for (collector, attempt) in view.attempts().filter(|_| view.is_identified()) {
                out.sample(&[collector.as_str()], attempt.skipped);
            }
        }),
    },
    Family {
        name: "aws_ssm_collector_duration_seconds",
        kind: Gauge,
        stability: Experimental,
        help: "How long the last attempt of a collector took, waiting for the request ceiling included.",
        labels: &["collector"],
        samples: Per::Target(|view, _, out| {
            for (collector, attempt) in view.attempts().filter(|_| view.is_identified()) {
                out.sample(&[collector.as_str()], attempt.took);
            }
        }),
    },
    Family {
        name: "aws_ssm_collector_last_success_timestamp_seconds",
        kind: Gauge,
        stability: Experimental,
        help: "When a collector last succeeded; its data is of that time. Absent until the first success.",
        labels: &["collector"],
        samples: Per::Target(|view, _, out| {
            for collector in view.collectors().filter(|_| view.is_identified()) {
                out.maybe(
                    &[collector.as_str()],
                    view.target.collector(collector).last_success,
                );
            }
        }),
    },
];

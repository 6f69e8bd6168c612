//! Families about targets and their collectors.

use crate::metrics::family::{Family, Kind, Labels, SampleSource, Stability};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "aws_ssm_up",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Whether the last attempts of the collectors instances and compliance succeeded (1) or not (0).",
        labels: Labels::Fixed(&[]),
        samples: SampleSource::Target(|view, _, out| {
            // Without an account there are no credentials to read with, so the target is down. To
            // say so is better than an absent series, which an alert on `== 0` would not see.
            let is_refused = !view.is_identified() && view.attempts().next().is_some();
            let refused = is_refused.then_some(false);
            out.maybe(&[], refused.or_else(|| view.target.is_up()));
        }),
    },
    Family {
        name: "aws_ssm_target_info",
        kind: Kind::Info,
        stability: Stability::Experimental,
        help: "The configured accounts and regions; account_name is the account id where no name is configured.",
        labels: Labels::Fixed(&["account_name"]),
        samples: SampleSource::Target(|view, _, out| {
            out.sample(&[&view.identity.account_name], true)
        }),
    },
    Family {
        name: "aws_ssm_collector_success",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Whether the last attempt of a collector succeeded (1) or not (0).",
        labels: Labels::Fixed(&["collector"]),
        samples: SampleSource::Target(|view, _, out| {
            for (collector, attempt) in view.attempts() {
                out.sample(&[collector.as_str()], attempt.result.is_ok());
            }
        }),
    },
    Family {
        name: "aws_ssm_collector_error_info",
        kind: Kind::Info,
        stability: Stability::Experimental,
        // It is an info and not a label of aws_ssm_collector_success: there the series would change
        // its labels whenever the result changes, and start a new series each time.
        help: "Why the last attempt of a collector failed; no series for one that succeeded.",
        labels: Labels::Fixed(&["collector", "reason"]),
        samples: SampleSource::Target(|view, _, out| {
            for (collector, attempt) in view.attempts() {
                if let Err(reason) = attempt.result {
                    out.sample(&[collector.as_str(), reason.as_str()], true);
                }
            }
        }),
    },
    Family {
        name: "aws_ssm_collector_skipped_resources",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "Instances or rows that the last attempt of a collector could not read.",
        labels: Labels::Fixed(&["collector"]),
        samples: SampleSource::Target(|view, _, out| {
            for (collector, attempt) in view.attempts().filter(|_| view.is_identified()) {
                out.sample(&[collector.as_str()], attempt.skipped);
            }
        }),
    },
    Family {
        name: "aws_ssm_collector_duration_seconds",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        help: "How long the last attempt of a collector took, including waiting for the request ceiling.",
        labels: Labels::Fixed(&["collector"]),
        samples: SampleSource::Target(|view, _, out| {
            for (collector, attempt) in view.attempts().filter(|_| view.is_identified()) {
                out.sample(&[collector.as_str()], attempt.took);
            }
        }),
    },
    Family {
        name: "aws_ssm_collector_last_success_timestamp_seconds",
        kind: Kind::Gauge,
        stability: Stability::Experimental,
        // Prometheus' instrumentation guide asks for the time itself and not for the time since:
        // `time() - x` is right at any moment, even while nothing updates the page.
        help: "When a collector last succeeded; its data is of that time. Absent until the first success.",
        labels: Labels::Fixed(&["collector"]),
        samples: SampleSource::Target(|view, _, out| {
            for collector in view.collectors().filter(|_| view.is_identified()) {
                let last_success = view.target.collector(collector).last_success;
                out.maybe(&[collector.as_str()], last_success);
            }
        }),
    },
];

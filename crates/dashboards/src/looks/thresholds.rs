//! From which value on something is good, worth a look, or bad.

use serde_json::{Value, json};

/// Colours by value: each holds from its number on, and the first one also below it.
pub type Steps = &'static [(f64, &'static str)];

/// No value is good or bad.
pub const NEUTRAL: Steps = &[(f64::NEG_INFINITY, "blue")];
/// Even one is an error.
pub const NONE_IS_GOOD: Steps = &[(f64::NEG_INFINITY, "green"), (1.0, "red")];
/// Even one deserves a look, but it is no error.
pub const FEW_IS_GOOD: Steps = &[(f64::NEG_INFINITY, "green"), (1.0, "orange")];
/// A share of 1 that should be whole: red below three quarters, where
/// `SsmComplianceFleetNoncompliant` fires.
pub const COMPLIANT_SHARE: Steps = &[
    (f64::NEG_INFINITY, "red"),
    (0.75, "orange"),
    (0.95, "green"),
];
/// Age of data in refresh periods: from two on `SsmComplianceDataStale` fires, from four on
/// `SsmComplianceTargetDown`.
pub const AGE_IN_PERIODS: Steps = &[(f64::NEG_INFINITY, "green"), (2.0, "orange"), (4.0, "red")];
/// Age of a scan or of a success in seconds: a day is the usual schedule, a week is overdue.
pub const LAST_RUN_AGE: Steps = &[
    (f64::NEG_INFINITY, "green"),
    (86_400.0, "orange"),
    (604_800.0, "red"),
];
/// Time that a finding may stand, in seconds: a day is an error that nobody has seen to, a week is
/// neglect.
pub const FINDING_AGE: Steps = &[
    (f64::NEG_INFINITY, "blue"),
    (86_400.0, "orange"),
    (604_800.0, "red"),
];
/// Age of the last ping in seconds: agents call every five minutes, AWS says `ConnectionLost` after
/// half an hour.
pub const PING_AGE: Steps = &[
    (f64::NEG_INFINITY, "green"),
    (600.0, "orange"),
    (1_800.0, "red"),
];
/// Size of a page before compression: vmagent drops pages over 16 MiB.
pub const PAGE_BYTES: Steps = &[
    (f64::NEG_INFINITY, "green"),
    (12_582_912.0, "orange"),
    (16_777_216.0, "red"),
];

/// Thresholds as Grafana writes them.
pub fn thresholds(steps: Steps) -> Value {
    let steps: Vec<Value> = steps.iter().map(step).collect();
    json!({ "mode": "absolute", "steps": steps })
}

fn step(&(from, colour): &(f64, &str)) -> Value {
    // JSON has no infinity; Grafana takes `null` for the step that begins below all values.
    let value = from.is_finite().then_some(from);
    json!({ "value": value, "color": colour })
}

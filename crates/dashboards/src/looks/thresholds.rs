//! From which value on something is good, worth a look, or bad.

use serde_json::{Value, json};

/// Colours by value: each holds from its number on, and the first one also below it.
pub type Steps = &'static [(f64, &'static str)];

/// For values that are neither good nor bad.
pub const NEUTRAL: Steps = &[(f64::NEG_INFINITY, "blue")];
/// For counts of which even one is an error.
pub const NONE_IS_GOOD: Steps = &[(f64::NEG_INFINITY, "green"), (1.0, "red")];
/// For counts of which even one deserves a look, but is no error.
pub const FEW_IS_GOOD: Steps = &[(f64::NEG_INFINITY, "green"), (1.0, "orange")];
/// The share of compliant instances: red below three quarters, where
/// `SsmComplianceFleetNoncompliant` fires.
pub const COMPLIANT_SHARE: Steps = &[
    (f64::NEG_INFINITY, "red"),
    (0.75, "orange"),
    (0.95, "green"),
];
/// The age of data in refresh periods: `SsmComplianceDataStale` fires from two on, and
/// `SsmComplianceTargetDown` from four on.
pub const AGE_IN_PERIODS: Steps = &[(f64::NEG_INFINITY, "green"), (2.0, "orange"), (4.0, "red")];
/// The age of a scan or of a success, in seconds. Schedules usually run daily, so after a week it
/// is overdue.
pub const LAST_RUN_AGE: Steps = &[
    (f64::NEG_INFINITY, "green"),
    (86_400.0, "orange"),
    (604_800.0, "red"),
];
/// The age of a finding, in seconds. After a day nobody has seen to it, and after a week it is
/// neglected.
pub const FINDING_AGE: Steps = &[
    (f64::NEG_INFINITY, "blue"),
    (86_400.0, "orange"),
    (604_800.0, "red"),
];
/// The age of the last ping, in seconds. Agents call every five minutes, and AWS says
/// `ConnectionLost` after half an hour.
pub const PING_AGE: Steps = &[
    (f64::NEG_INFINITY, "green"),
    (600.0, "orange"),
    (1_800.0, "red"),
];
/// The size of a page before compression, in bytes. vmagent drops pages over 16 MiB.
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

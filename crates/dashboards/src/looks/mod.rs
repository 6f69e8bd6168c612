//! What colours and texts mean, the same on every dashboard.

mod colours;
mod mappings;
mod runbooks;
mod thresholds;

pub use colours::{
    AGES, ASSOCIATION_STATUSES, PATCH_SEVERITIES, PATCH_STATES, REASONS, SEVERITIES,
};
pub use mappings::{
    advice, compliance, mapping, patch_severities, patch_states, reasons, runbooks, succeeded,
    unnamed, works,
};
pub use runbooks::{RUNBOOK_URL, RUNBOOKS, Runbook};
pub use thresholds::{
    AGE_IN_PERIODS, COMPLIANT_SHARE, FEW_IS_GOOD, FINDING_AGE, LAST_RUN_AGE, NEUTRAL, NONE_IS_GOOD,
    PAGE_BYTES, PING_AGE, Steps, thresholds,
};

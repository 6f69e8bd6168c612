//! The queries of the dashboards. What several panels ask is written here once.
//!
//! Two exporters may say the same of one target, as replicas do or a process that has just been
//! replaced. So everything about the fleet goes through [`series`], which keeps one value of each:
//! a second exporter doubles nothing. A count is a sum of comparisons with `bool`: it is zero while
//! there is data and nothing is wrong, and empty while there is no data.

mod ages;
mod counts;
mod joins;
mod series;

pub(crate) use ages::{
    DAY_SECONDS, age, count_between, count_over, data_age, in_refresh_periods, refresh_interval,
    scan_age,
};
pub(crate) use counts::{
    by_reason, by_status, collectors_failing, compliance_instances, compliant_share,
    compliant_share_by_tag, has_patches_in, managed, managed_of_target, never_scanned,
    never_scanned_count, noncompliant_items, sum, sum_by, tagged_instances, targets_down,
};
pub(crate) use joins::{
    for_chosen_platforms, for_instances_of, looked_up, with_account_name, with_instance_names,
    with_labels,
};
pub(crate) use series::{
    CHOSEN_INSTANCE, CHOSEN_TYPES, of_chosen_instance, per_instance, per_target, recorded,
};

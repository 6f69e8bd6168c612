//! How many instances are how far behind.

use crate::grafana::Query;
use crate::queries::{DAY_SECONDS, count_between, count_over};

const WEEK_SECONDS: u32 = 7 * DAY_SECONDS;
const MONTH_SECONDS: u32 = 30 * DAY_SECONDS;

/// A query for each class of age; the legends have their colours in [`AGES`](crate::looks::AGES).
pub(super) fn age_classes(age: &str) -> Vec<Query> {
    vec![
        Query::new("up to a day", count_between(age, 0, DAY_SECONDS)),
        Query::new("1 to 7 days", count_between(age, DAY_SECONDS, WEEK_SECONDS)),
        Query::new(
            "7 to 30 days",
            count_between(age, WEEK_SECONDS, MONTH_SECONDS),
        ),
        // The classes must not overlap: they are stacked over time, and their sum is the fleet.
        Query::new("over 30 days", count_over(age, MONTH_SECONDS)),
    ]
}

/// How many of these ages are over a week.
pub(super) fn over_a_week(age: &str) -> String {
    count_over(age, WEEK_SECONDS)
}

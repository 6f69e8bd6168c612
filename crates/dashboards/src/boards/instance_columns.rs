//! The columns that say which instance a row is about.

use crate::grafana::Column;

/// The dashboard of the instance, with the choices and the time kept.
const INSTANCE_URL: &str = "/d/ssm-compliance-instance?var-datasource=${datasource}&${job:queryparam}\
     &var-account=${__data.fields.account_id}&var-region=${__data.fields.region}\
     &var-instance_id=${__value.raw}&${__url_time_range}";

/// Who the instance is, followed by the given columns. The id leads to the instance's dashboard.
pub(super) fn instance_columns(others: impl IntoIterator<Item = Column>) -> Vec<Column> {
    let mut columns = vec![
        // The link must name the account and the region as well, or it would ask for the same id in
        // all of them.
        Column::new("instance_id", "Instance")
            .width(190)
            .link("Why is it non-compliant?", INSTANCE_URL),
        Column::new("computer_name", "Computer name"),
        Column::new("platform_name", "Platform"),
        Column::new("account_id", "Account").width(130),
        Column::new("region", "Region").width(120),
    ];
    columns.extend(others);
    columns
}

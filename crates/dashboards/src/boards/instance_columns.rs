//! The columns that say which instance a row is about.

use crate::grafana::Column;

/// The dashboard of the instance, with the choices and the time kept.
const INSTANCE_URL: &str = "/d/ssm-compliance-instance?var-datasource=${datasource}&${job:queryparam}\
     &var-account=${__data.fields.account_id}&var-region=${__data.fields.region}\
     &var-instance_id=${__value.raw}&${__url_time_range}";

/// The page of the instance that the exporter shows. Any text may be the id of a resource, so it is
/// escaped.
const PAGE_URL: &str = "${exporter_url:raw}/instances/${__value.raw:percentencode}\
     ?account_id=${__data.fields.account_id}&region=${__data.fields.region}";

/// The same page for the one instance that a dashboard is about.
pub(super) const CHOSEN_PAGE_URL: &str = "${exporter_url:raw}/instances/${instance_id:percentencode}\
     ?account_id=${__data.fields.account_id}&region=${__data.fields.region}";

/// What the link to such a page is called.
pub(super) const PAGE_TITLE: &str = "What the exporter knows about it";

/// Who the instance is, followed by the given columns. The id leads to the instance's dashboard and
/// to the exporter's page about it.
pub(super) fn instance_columns(others: impl IntoIterator<Item = Column>) -> Vec<Column> {
    let mut columns = vec![
        // The link must name the account and the region as well, or it would ask for the same id in
        // all of them.
        Column::new("instance_id", "Instance").width(190).links(&[
            ("Why is it non-compliant?", INSTANCE_URL),
            (PAGE_TITLE, PAGE_URL),
        ]),
        Column::new("computer_name", "Computer name"),
        Column::new("platform_name", "Platform"),
        Column::new("account_id", "Account").width(130),
        Column::new("region", "Region").width(120),
    ];
    columns.extend(others);
    columns
}

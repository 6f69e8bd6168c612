//! The instances that fail.

use super::series::failed_associations;
use crate::boards::instance_columns::instance_columns;
use crate::grafana::{Column, Panel, Section};
use crate::queries;

pub(super) fn section() -> Section {
    Section::new("Instances").row(10, vec![(24, failing())])
}

fn failing() -> Panel {
    let failed = failed_associations("association_id, document_name, compliance_severity");
    let columns = instance_columns([
        Column::new("document_name", "Document"),
        Column::new("compliance_severity", "Severity").width(130),
        Column::new("association_id", "Association id").width(310),
    ]);
    Panel::table(
        "Non-compliant instances",
        "Every instance with a non-compliant association. The id leads to its dashboard; use the association id to find its execution history in the console.",
        &columns,
    )
    .query("", queries::with_instance_names(&failed))
    .sorted("Document", false)
    .empty("no association is non-compliant")
}

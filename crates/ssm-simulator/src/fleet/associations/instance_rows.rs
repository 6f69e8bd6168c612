//! The rows of `DescribeInstanceAssociationsStatus`.

use super::names::{association_id, document_name};
use crate::fleet::catalogue::DOCUMENTS;
use crate::fleet::snapshot::NodeSnapshot;
use crate::rows::InstanceAssociation;

/// The longest time between the run of an association and the upload of its status.
const MAX_UPLOAD_DELAY_SECONDS: u32 = 1200;

impl<'a> NodeSnapshot<'a> {
    pub(crate) fn instance_associations(
        self,
    ) -> impl Iterator<Item = InstanceAssociation> + use<'a> {
        self.association_statuses()
            .map(move |(index, status)| self.instance_association(index, status))
    }

    fn instance_association(&self, index: usize, status: &str) -> InstanceAssociation {
        let document = &DOCUMENTS[index];
        let mut row = InstanceAssociation {
            association_id: association_id(self.names, index),
            name: document_name(self.names, document),
            document_version: "1".to_owned(),
            association_version: "1".to_owned(),
            instance_id: self.node.id(),
            status: status.to_owned(),
            detailed_status: status.to_owned(),
            error_code: error_code(status).map(str::to_owned),
            association_name: document.name.map(str::to_owned),
            ..InstanceAssociation::default()
        };
        // What is pending has neither a date nor a summary.
        if status == "Pending" {
            "Associated".clone_into(&mut row.detailed_status);
        } else {
            let delay = self.node.roll("run", MAX_UPLOAD_DELAY_SECONDS);
            let started_at = self.runs.started_at(index);
            row.execution_date = Some((self.uploaded() - f64::from(delay)).max(started_at));
            row.execution_summary = Some(execution_summary(status));
        }
        row
    }
}

/// The code of a status that is not a success.
pub(crate) fn error_code(status: &str) -> Option<&'static str> {
    match status {
        "TimedOut" => Some("TimedOut"),
        "Failed" => Some("ExecError"),
        _ => None,
    }
}

/// What AWS says about the steps of a run, given its status.
pub(crate) fn execution_summary(status: &str) -> String {
    let counts = match status {
        "Success" => "1 success, 0 failed, 0 timedout, 0 skipped",
        "TimedOut" => "0 success, 0 failed, 1 timedout, 0 skipped",
        "Skipped" => "0 success, 0 failed, 0 timedout, 1 skipped",
        _ => "0 success, 1 failed, 0 timedout, 0 skipped",
    };
    format!("1 out of 1 plugin processed, {counts}.")
}

//! The table of operations: what each answers with, and how its rows can break the service model.
//!
//! Most answer with pages of a list. The others read one thing, or change something.

use serde_json::Value;

use super::input::Input;
use super::listing::{Listing, ListingRequest};
use super::row_damage::RowDamage;
use super::{
    association_rows, baselines, command_invocation, command_invocations, compliance_items,
    compliance_summaries, create_association, deregister, executions, instances,
    maintenance_windows, patch_baseline, patches, put_items, send_command, service_setting,
    start_associations, totals, update_baseline,
};
use crate::model::{self, ListOperation};
use crate::refusal::Refusal;
use crate::target::SimulatedTarget;

/// One operation.
pub(crate) enum Operation {
    List(ListAnswer<SimulatedTarget>),
    Read(ReadAnswer),
    Change(ChangeAnswer),
}

/// An operation that answers with pages of a list.
pub(crate) struct ListAnswer<S: 'static> {
    pub(crate) model: ListOperation,
    pub(super) rows: fn(&ListingRequest<'_, S>) -> Result<Listing, Refusal>,
    /// What the fault `bad-row` does to a row, so that a client that follows the service model
    /// refuses it.
    pub(super) damage: Option<RowDamage>,
}

/// An operation that answers with one thing, and changes nothing.
pub(crate) struct ReadAnswer {
    name: &'static str,
    pub(super) read: fn(&SimulatedTarget, &Input) -> Result<Value, Refusal>,
}

/// An operation that changes something.
pub(crate) struct ChangeAnswer {
    name: &'static str,
    pub(super) change: fn(&mut SimulatedTarget, &Input) -> Result<Value, Refusal>,
}

const OPERATIONS: [Operation; 25] = [
    Operation::List(ListAnswer {
        model: model::DESCRIBE_INSTANCE_INFORMATION,
        rows: instances::managed_instances,
        damage: Some(RowDamage::Overflow(
            "/AssociationOverview/InstanceAssociationStatusAggregatedCount/Success",
        )),
    }),
    Operation::List(ListAnswer {
        model: model::LIST_COMPLIANCE_SUMMARIES,
        // Totals belong to no instance, so none of them can be the damaged one.
        rows: totals::totals,
        damage: None,
    }),
    Operation::List(ListAnswer {
        model: model::LIST_RESOURCE_COMPLIANCE_SUMMARIES,
        rows: compliance_summaries::summaries,
        damage: Some(RowDamage::Overflow("/CompliantSummary/CompliantCount")),
    }),
    Operation::List(ListAnswer {
        model: model::LIST_COMPLIANCE_ITEMS,
        rows: compliance_items::items,
        damage: Some(RowDamage::NullIn("/Details")),
    }),
    Operation::List(ListAnswer {
        model: model::DESCRIBE_INSTANCE_PATCH_STATES,
        rows: patches::patch_states,
        damage: Some(RowDamage::Remove("Operation")),
    }),
    Operation::List(ListAnswer {
        model: model::DESCRIBE_PATCH_BASELINES,
        rows: baselines::patch_baselines,
        damage: None,
    }),
    Operation::List(ListAnswer {
        model: model::LIST_ASSOCIATIONS,
        rows: association_rows::associations,
        damage: None,
    }),
    Operation::List(ListAnswer {
        model: model::DESCRIBE_INSTANCE_PATCHES,
        rows: patches::patches_of_instance,
        damage: Some(RowDamage::Remove("State")),
    }),
    Operation::List(ListAnswer {
        model: model::DESCRIBE_INSTANCE_ASSOCIATIONS_STATUS,
        rows: association_rows::associations_of_instance,
        damage: None,
    }),
    Operation::List(ListAnswer {
        model: model::DESCRIBE_ASSOCIATION_EXECUTIONS,
        rows: executions::executions,
        damage: None,
    }),
    Operation::List(ListAnswer {
        model: model::DESCRIBE_ASSOCIATION_EXECUTION_TARGETS,
        rows: executions::execution_targets,
        damage: None,
    }),
    Operation::List(ListAnswer {
        model: model::LIST_COMMAND_INVOCATIONS,
        rows: command_invocations::invocations,
        damage: Some(RowDamage::Overflow("/CommandPlugins/0/ResponseCode")),
    }),
    Operation::List(ListAnswer {
        model: model::DESCRIBE_MAINTENANCE_WINDOWS,
        rows: maintenance_windows::windows,
        damage: None,
    }),
    Operation::List(ListAnswer {
        model: model::DESCRIBE_MAINTENANCE_WINDOW_EXECUTIONS,
        rows: maintenance_windows::executions,
        damage: None,
    }),
    Operation::Read(ReadAnswer {
        name: model::GET_PATCH_BASELINE,
        read: patch_baseline::patch_baseline,
    }),
    Operation::Read(ReadAnswer {
        name: model::GET_DEFAULT_PATCH_BASELINE,
        read: patch_baseline::default_patch_baseline,
    }),
    Operation::Read(ReadAnswer {
        name: model::GET_PATCH_BASELINE_FOR_PATCH_GROUP,
        read: patch_baseline::patch_baseline_for_patch_group,
    }),
    Operation::Read(ReadAnswer {
        name: model::GET_SERVICE_SETTING,
        read: service_setting::service_setting,
    }),
    Operation::Read(ReadAnswer {
        name: model::GET_COMMAND_INVOCATION,
        read: command_invocation::command_invocation,
    }),
    Operation::Change(ChangeAnswer {
        name: model::SEND_COMMAND,
        change: send_command::send_command,
    }),
    Operation::Change(ChangeAnswer {
        name: model::START_ASSOCIATIONS_ONCE,
        change: start_associations::start_associations,
    }),
    Operation::Change(ChangeAnswer {
        name: model::UPDATE_PATCH_BASELINE,
        change: update_baseline::update_baseline,
    }),
    Operation::Change(ChangeAnswer {
        name: model::PUT_COMPLIANCE_ITEMS,
        change: put_items::put_items,
    }),
    Operation::Change(ChangeAnswer {
        name: model::CREATE_ASSOCIATION,
        change: create_association::create_association,
    }),
    Operation::Change(ChangeAnswer {
        name: model::DEREGISTER_MANAGED_INSTANCE,
        change: deregister::deregister,
    }),
];

/// The operation that the header `X-Amz-Target` names.
pub(crate) fn find(target: &str) -> Option<&'static Operation> {
    let (namespace, name) = target.split_once('.')?;
    if namespace != model::SSM_NAMESPACE {
        return None;
    }
    OPERATIONS.iter().find(|operation| operation.name() == name)
}

impl Operation {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::List(list) => list.model.name,
            Self::Read(read) => read.name,
            Self::Change(change) => change.name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::find;
    use crate::model::{self, OPERATION_NAMES};

    #[test]
    fn every_operation_of_the_model_is_answered() {
        let (of_ssm, of_others) = OPERATION_NAMES.split_at(super::OPERATIONS.len());
        for name in of_ssm {
            assert!(find(&format!("AmazonSSM.{name}")).is_some(), "{name}");
        }
        for name in of_others {
            assert!(find(&format!("AmazonSSM.{name}")).is_none(), "{name}");
        }
        assert_eq!(of_others[0], model::REBOOT_INSTANCES);
    }
}

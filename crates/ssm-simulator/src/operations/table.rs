//! The table of operations: what each answers with, and how its rows can break the service model.

use super::listing::{Listing, ListingRequest};
use super::row_damage::RowDamage;
use super::{
    association_rows, baselines, compliance_items, compliance_summaries, executions, instances,
    patches, totals,
};
use crate::model::{self, ListOperation};
use crate::refusal::Refusal;

/// One operation.
pub(crate) struct Operation {
    pub(crate) model: ListOperation,
    pub(super) rows: fn(&ListingRequest<'_>) -> Result<Listing, Refusal>,
    /// What the fault `bad-row` does to a row, so that a client that follows the service model
    /// refuses it.
    pub(super) damage: Option<RowDamage>,
}

const OPERATIONS: [Operation; 11] = [
    Operation {
        model: model::DESCRIBE_INSTANCE_INFORMATION,
        rows: instances::managed_instances,
        damage: Some(RowDamage::Overflow(
            "/AssociationOverview/InstanceAssociationStatusAggregatedCount/Success",
        )),
    },
    Operation {
        model: model::LIST_COMPLIANCE_SUMMARIES,
        // Totals belong to no instance, so none of them can be the damaged one.
        rows: totals::totals,
        damage: None,
    },
    Operation {
        model: model::LIST_RESOURCE_COMPLIANCE_SUMMARIES,
        rows: compliance_summaries::summaries,
        damage: Some(RowDamage::Overflow("/CompliantSummary/CompliantCount")),
    },
    Operation {
        model: model::LIST_COMPLIANCE_ITEMS,
        rows: compliance_items::items,
        damage: Some(RowDamage::NullIn("/Details")),
    },
    Operation {
        model: model::DESCRIBE_INSTANCE_PATCH_STATES,
        rows: patches::patch_states,
        damage: Some(RowDamage::Remove("Operation")),
    },
    Operation {
        model: model::DESCRIBE_PATCH_BASELINES,
        rows: baselines::patch_baselines,
        damage: None,
    },
    Operation {
        model: model::LIST_ASSOCIATIONS,
        rows: association_rows::associations,
        damage: None,
    },
    Operation {
        model: model::DESCRIBE_INSTANCE_PATCHES,
        rows: patches::patches_of_instance,
        damage: Some(RowDamage::Remove("State")),
    },
    Operation {
        model: model::DESCRIBE_INSTANCE_ASSOCIATIONS_STATUS,
        rows: association_rows::associations_of_instance,
        damage: None,
    },
    Operation {
        model: model::DESCRIBE_ASSOCIATION_EXECUTIONS,
        rows: executions::executions,
        damage: None,
    },
    Operation {
        model: model::DESCRIBE_ASSOCIATION_EXECUTION_TARGETS,
        rows: executions::execution_targets,
        damage: None,
    },
];

/// The operation that the header `X-Amz-Target` names.
pub(crate) fn find(target: &str) -> Option<&'static Operation> {
    let (namespace, name) = target.split_once('.')?;
    if namespace != model::SSM_NAMESPACE {
        return None;
    }
    OPERATIONS
        .iter()
        .find(|operation| operation.model.name == name)
}

#[cfg(test)]
mod tests {
    use super::find;
    use crate::model::{ASSUME_ROLE, GET_CALLER_IDENTITY, OPERATION_NAMES};

    #[test]
    fn every_operation_of_the_model_is_answered() {
        for name in OPERATION_NAMES {
            let is_sts = [ASSUME_ROLE, GET_CALLER_IDENTITY].contains(&name);
            assert_eq!(
                find(&format!("AmazonSSM.{name}")).is_none(),
                is_sts,
                "{name}"
            );
        }
    }
}

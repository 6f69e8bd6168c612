//! `ListAssociations` and `DescribeInstanceAssociationsStatus`.

use super::input::{self, Input};
use super::listing::{Listing, ListingRequest};
use super::patches::managed_instance;
use crate::refusal::Refusal;
use crate::rows::Association;

const FILTER_KEYS: [&str; 9] = [
    "InstanceId",
    "Name",
    "AssociationId",
    "AssociationStatusName",
    "LastExecutedBefore",
    "LastExecutedAfter",
    "AssociationName",
    "ResourceGroupName",
    "CloudConnectorId",
];

/// A filter of one value.
struct AssociationFilter<'a> {
    key: &'a str,
    value: &'a str,
}

pub(super) fn associations(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let filters = read_filters(request.input)?;
    // Most callers ask without filters, and there are ten associations at most.
    let mut rows = request.target.associations().to_vec();
    rows.retain(|row| filters.iter().all(|filter| filter.accepts(row)));
    Listing::of_slice(request, &rows, None)
}

pub(super) fn associations_of_instance(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let slot = managed_instance(request)?;
    let rows = request.target.instance_associations(slot);
    Listing::of_slice(request, &rows, Some(slot))
}

fn read_filters(input: &Input) -> Result<Vec<AssociationFilter<'_>>, Refusal> {
    input::objects(input, "AssociationFilterList")?
        .unwrap_or_default()
        .into_iter()
        .map(AssociationFilter::read)
        .collect()
}

impl<'a> AssociationFilter<'a> {
    fn read(filter: &'a Input) -> Result<Self, Refusal> {
        let key = input::required_text(filter, "key")?;
        let value = input::required_text(filter, "value")?;
        input::check_enum("associationFilterList.1.member.key", key, &FILTER_KEYS)?;
        Ok(Self { key, value })
    }

    fn accepts(&self, row: &Association) -> bool {
        match self.key {
            "Name" => row.name == self.value,
            "AssociationId" => row.association_id == self.value,
            "AssociationName" => row.association_name.as_deref() == Some(self.value),
            "AssociationStatusName" => row.overview.status == self.value,
            // An instance id finds only associations of the legacy kind, of which there are none
            // here.
            _ => false,
        }
    }
}

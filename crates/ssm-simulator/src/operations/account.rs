//! `ListRegions` of Account Management.

use super::input::{self, Input};
use super::listing::{Listing, ListingRequest};
use super::table::ListAnswer;
use crate::model;
use crate::organization::{AccountRegions, Organization};
use crate::refusal::{Refusal, RefusedCall};
use crate::service::Service;

const STATUS_FILTER: &str = "RegionOptStatusContains";
const STATUSES: [&str; 5] = [
    "ENABLED",
    "ENABLING",
    "DISABLING",
    "DISABLED",
    "ENABLED_BY_DEFAULT",
];

pub(crate) static LIST_REGIONS: ListAnswer<AccountRegions> = ListAnswer {
    model: model::LIST_REGIONS,
    rows: regions,
    // No member of a row is required.
    damage: None,
};

/// The regions that a call asks about: those of the caller, or of a member account.
pub(crate) fn asked_regions(
    organization: &Organization,
    caller: &str,
    input: &Input,
    signed_for: &str,
) -> Result<AccountRegions, Refusal> {
    let denied = || {
        Refusal::denied(&RefusedCall {
            account: caller,
            service: Service::Account,
            operation: model::LIST_REGIONS.name,
        })
    };
    let member = input::text(input, "AccountId")?;
    // The management account must not name itself.
    let may_name_members = organization.may_be_read_by(caller);
    if member.is_some_and(|id| !may_name_members || organization.is_management_account(id)) {
        return Err(denied());
    }
    let regions = organization.regions_of(member.unwrap_or(caller), signed_for);
    regions.ok_or_else(denied)
}

fn regions(request: &ListingRequest<'_, AccountRegions>) -> Result<Listing, Refusal> {
    let wanted = input::texts(request.input, STATUS_FILTER, 0..=usize::MAX)?.unwrap_or_default();
    for status in &wanted {
        input::check_enum("regionOptStatusContains", status, &STATUSES)?;
    }
    let mut rows = request.target.rows.clone();
    rows.retain(|row| wanted.is_empty() || wanted.contains(&row.region_opt_status.as_str()));
    Listing::of_slice(request, &rows, None)
}

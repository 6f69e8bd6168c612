//! The lists of Organizations.

use super::input::{self, Input};
use super::listing::{Listing, ListingRequest, UnwrittenRow};
use super::table::ListAnswer;
use crate::model::{self, ORGANIZATIONS_NAMESPACE};
use crate::organization::Organization;
use crate::refusal::Refusal;

type Request<'a> = ListingRequest<'a, Organization>;

// No row of these has a member that the service model requires, so none can be damaged.
static OPERATIONS: [ListAnswer<Organization>; 4] = [
    list(model::LIST_ROOTS, roots),
    list(model::LIST_ORGANIZATIONAL_UNITS_FOR_PARENT, units_of_parent),
    list(model::LIST_ACCOUNTS, all_accounts),
    list(model::LIST_ACCOUNTS_FOR_PARENT, accounts_of_parent),
];

/// The operation that the header `X-Amz-Target` names.
pub(crate) fn find_of_organizations(target: &str) -> Option<&'static ListAnswer<Organization>> {
    let (namespace, name) = target.split_once('.')?;
    if namespace != ORGANIZATIONS_NAMESPACE {
        return None;
    }
    OPERATIONS.iter().find(|list| list.model.name == name)
}

/// Refuses a caller who may not list accounts, whatever the policies say.
pub(crate) fn check_reader(organization: &Organization, caller: &str) -> Result<(), Refusal> {
    if !organization.is_in_use() {
        return Err(Refusal::modelled(
            "AWSOrganizationsNotInUseException",
            "Your account is not a member of an organization.",
        ));
    }
    if organization.may_be_read_by(caller) {
        return Ok(());
    }
    Err(Refusal::no_organization_reader())
}

const fn list(
    model: model::ListOperation,
    rows: fn(&Request<'_>) -> Result<Listing, Refusal>,
) -> ListAnswer<Organization> {
    ListAnswer {
        model,
        rows,
        damage: None,
    }
}

fn roots(request: &Request<'_>) -> Result<Listing, Refusal> {
    Listing::of_slice(request, &[request.target.root()], None)
}

fn units_of_parent(request: &Request<'_>) -> Result<Listing, Refusal> {
    let units = request.target.units(parent_id(request.input)?);
    Listing::of_slice(request, &units.ok_or_else(parent_not_found)?, None)
}

fn all_accounts(request: &Request<'_>) -> Result<Listing, Refusal> {
    accounts(request, None)
}

fn accounts_of_parent(request: &Request<'_>) -> Result<Listing, Refusal> {
    let parent_id = parent_id(request.input)?;
    // Units tell whether the place exists, also where it has no accounts.
    request
        .target
        .units(parent_id)
        .ok_or_else(parent_not_found)?;
    accounts(request, Some(parent_id))
}

fn accounts(request: &Request<'_>, parent_id: Option<&str>) -> Result<Listing, Refusal> {
    let rows = request.target.accounts(parent_id);
    let rows = rows.map(|(number, content)| UnwrittenRow {
        position: u64::from(number),
        owner: None,
        content,
    });
    Listing::of(request, rows.filter(|row| row.position >= request.from))
}

fn parent_id(input: &Input) -> Result<&str, Refusal> {
    let id = input::text(input, "ParentId")?;
    let is_well_formed = |id: &&str| id.starts_with("r-") || id.starts_with("ou-");
    id.filter(is_well_formed).ok_or_else(|| {
        Refusal::invalid_input("You provided a value that does not match the required pattern.")
    })
}

fn parent_not_found() -> Refusal {
    Refusal::modelled(
        "ParentNotFoundException",
        "You specified a parent that doesn't exist.",
    )
}

//! `DescribeInstanceInformation`.

use super::input::{self, Input};
use super::listing::{Listing, ListingRequest, UnwrittenRow};
use crate::refusal::Refusal;
use crate::rows::{Instance, ResourceTags};
use crate::target::SimulatedTarget;

const MAX_VALUES: usize = 100;

/// The keys of filters, and the values that the service allows if it checks them.
const FILTER_KEYS: [(&str, &[&str]); 8] = [
    ("InstanceIds", &[]),
    ("AgentVersion", &[]),
    ("PingStatus", &["Online", "ConnectionLost", "Inactive"]),
    ("PlatformTypes", &["Windows", "Linux", "MacOS"]),
    ("ActivationIds", &[]),
    ("IamRole", &[]),
    ("ResourceType", &["EC2Instance", "ManagedInstance"]),
    ("AssociationStatus", &[]),
];

/// A filter. A row passes with any of the values.
struct InstanceFilter<'a> {
    key: &'a str,
    values: Vec<&'a str>,
}

pub(super) fn managed_instances(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let filters = read_filters(request.input)?;
    let target = request.target;
    for filter in filters.iter().filter(|filter| filter.key == "InstanceIds") {
        check_listed(target, &filter.values)?;
    }
    let ids = filters
        .iter()
        .find(|filter| filter.key == "InstanceIds")
        .map(|filter| filter.values.as_slice());
    let whole_slots = request.whole_slots();
    let rows = request
        .slots_of(ids)
        .filter(|slot| whole_slots.contains(slot) && target.is_listed(*slot))
        .filter_map(|slot| {
            let row = target.instance(slot)?;
            filters
                .iter()
                .all(|filter| filter.accepts(&row, || target.tags(slot)))
                .then(|| UnwrittenRow::of_slot(slot, 0, row))
        });
    Listing::of(request, rows)
}

/// Reads the filters, of which the operation has an older and a newer form.
fn read_filters(input: &Input) -> Result<Vec<InstanceFilter<'_>>, Refusal> {
    let newer = input::objects(input, "Filters")?.unwrap_or_default();
    let older = input::objects(input, "InstanceInformationFilterList")?.unwrap_or_default();
    // The service takes an empty list for no list.
    if !newer.is_empty() && !older.is_empty() {
        return Err(Refusal::common(
            "ValidationException",
            "Filters and InstanceInformationFilterList cannot be used together.",
        ));
    }
    let newer = newer
        .into_iter()
        .map(|filter| InstanceFilter::read(filter, "Key", "Values"));
    let older = older
        .into_iter()
        .map(|filter| InstanceFilter::read(filter, "key", "valueSet"));
    newer.chain(older).collect()
}

/// A single id that is not that of a managed instance makes the service refuse the whole call.
fn check_listed(target: &SimulatedTarget, ids: &[&str]) -> Result<(), Refusal> {
    input::check_instance_ids("InstanceIds", ids)?;
    let all_listed = ids
        .iter()
        .all(|id| target.find(id).is_some_and(|slot| target.is_listed(slot)));
    if all_listed {
        return Ok(());
    }
    let ids = ids.join(", ");
    let account = &target.names.account;
    let message = format!("[{ids}] not in a valid state for account {account}");
    Err(Refusal::modelled("InvalidInstanceId", message))
}

impl<'a> InstanceFilter<'a> {
    fn read(filter: &'a Input, key: &str, values: &str) -> Result<Self, Refusal> {
        let key = input::required_text(filter, key)?;
        let values = input::texts(filter, values, 1..=MAX_VALUES)?
            .ok_or_else(|| Refusal::missing("filters.1.member.values"))?;
        let filter = Self { key, values };
        if filter.is_by_tag() || filter.has_allowed_values()? {
            return Ok(filter);
        }
        let message = format!("Invalid value for {key}.");
        let refusal = Refusal::modelled("InvalidInstanceInformationFilterValue", message);
        Err(refusal.with_small_member())
    }

    fn is_by_tag(&self) -> bool {
        self.key.starts_with("tag:") || self.key == "tag-key"
    }

    fn has_allowed_values(&self) -> Result<bool, Refusal> {
        let Some((_, allowed)) = FILTER_KEYS.iter().find(|(known, _)| *known == self.key) else {
            return Err(Refusal::bare("InvalidFilterKey"));
        };
        Ok(allowed.is_empty() || self.values.iter().all(|value| allowed.contains(value)))
    }

    fn accepts(&self, row: &Instance, tags: impl Fn() -> Option<ResourceTags>) -> bool {
        if self.is_by_tag() {
            return tags().is_some_and(|tags| self.accepts_tags(&tags));
        }
        let value = match self.key {
            "InstanceIds" => row.instance_id.as_str(),
            "AgentVersion" => row.agent_version.as_str(),
            "PingStatus" => row.ping_status.as_str(),
            "PlatformTypes" => row.platform_type.as_str(),
            "ActivationIds" => row.activation_id.as_deref().unwrap_or_default(),
            "IamRole" => row.iam_role.as_deref().unwrap_or_default(),
            "ResourceType" => row.resource_type.as_str(),
            "AssociationStatus" => row.association_status.as_deref().unwrap_or_default(),
            // No other key is read.
            _ => return false,
        };
        self.values.contains(&value)
    }

    fn accepts_tags(&self, tags: &ResourceTags) -> bool {
        let has = |key: &str| tags.value(key).is_some();
        match self.key.strip_prefix("tag:") {
            Some(key) => {
                let value = tags.value(key);
                value.is_some_and(|value| self.values.contains(&value))
            }
            None => self.values.iter().any(|key| has(key)),
        }
    }
}

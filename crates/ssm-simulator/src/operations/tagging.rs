//! `GetResources` of the Resource Groups Tagging API, which knows the instances of the fleet and no
//! other resources.

use super::input::{self, Input};
use super::listing::{Listing, ListingRequest, UnwrittenRow};
use super::row_damage::RowDamage;
use super::table::ListAnswer;
use crate::model::{self, TAGGING_NAMESPACE};
use crate::refusal::Refusal;
use crate::rows::ResourceTags;
use crate::target::SimulatedTarget;

const MAX_ARNS: usize = 100;
const MAX_RESOURCE_TYPES: usize = 100;
const MAX_TAG_FILTERS: usize = 50;
const MAX_TAG_VALUES: usize = 20;
const MAX_KEY_LETTERS: usize = 128;

/// Members of a request that are not simulated.
const NOT_SIMULATED: [&str; 2] = ["TagsPerPage", "ExcludeCompliantResources"];
/// Members that a list of ARNs goes with none of.
const NOT_WITH_ARNS: [&str; 4] = [
    "TagFilters",
    "ResourceTypeFilters",
    "ResourcesPerPage",
    "PaginationToken",
];

static GET_RESOURCES: ListAnswer<SimulatedTarget> = ListAnswer {
    model: model::GET_RESOURCES,
    rows: resources,
    damage: Some(RowDamage::NullIn("/Tags")),
};

/// The operation that the header `X-Amz-Target` names.
pub(crate) fn find_of_tagging(target: &str) -> Option<&'static ListAnswer<SimulatedTarget>> {
    let (namespace, name) = target.split_once('.')?;
    let is_known = namespace == TAGGING_NAMESPACE && name == model::GET_RESOURCES.name;
    is_known.then_some(&GET_RESOURCES)
}

/// What rows must have.
enum Selection<'a> {
    Arns(Vec<&'a str>),
    Filters {
        resource_types: Vec<&'a str>,
        tags: Vec<TagFilter<'a>>,
    },
}

/// A key that a row must have, with one of these values if there are any.
struct TagFilter<'a> {
    key: &'a str,
    values: Vec<&'a str>,
}

fn resources(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    check_simulated(request.input)?;
    let selection = Selection::read(request.input)?;
    let target = request.target;
    let rows = request.whole_slots().filter_map(|slot| {
        let row = target.tags(slot)?;
        let is_selected = selection.accepts(&row);
        is_selected.then(|| UnwrittenRow::of_slot(slot, 0, row))
    });
    // ARNs are answered in one page, whatever their number.
    if let Selection::Arns(_) = &selection {
        let one_page = ListingRequest {
            size: MAX_ARNS,
            ..*request
        };
        return Listing::of(&one_page, rows);
    }
    Listing::of(request, rows)
}

fn check_simulated(input: &Input) -> Result<(), Refusal> {
    match NOT_SIMULATED.iter().find(|member| is_given(input, member)) {
        Some(member) => Err(invalid(format!("{member} is not simulated."))),
        None => Ok(()),
    }
}

fn is_given(input: &Input, member: &str) -> bool {
    input.get(member).is_some_and(|value| !value.is_null())
}

impl<'a> Selection<'a> {
    fn read(input: &'a Input) -> Result<Self, Refusal> {
        if is_given(input, "ResourceARNList") {
            return Self::read_arns(input);
        }
        let resource_types = input::texts(input, "ResourceTypeFilters", 0..=MAX_RESOURCE_TYPES);
        let filters = input::objects(input, "TagFilters")?.unwrap_or_default();
        if filters.len() > MAX_TAG_FILTERS {
            let message = format!("TagFilters can have at most {MAX_TAG_FILTERS} items.");
            return Err(invalid(message));
        }
        let tags: Result<_, _> = filters.into_iter().map(TagFilter::read).collect();
        Ok(Self::Filters {
            resource_types: resource_types?.unwrap_or_default(),
            tags: tags?,
        })
    }

    fn read_arns(input: &'a Input) -> Result<Self, Refusal> {
        if let Some(member) = NOT_WITH_ARNS.iter().find(|member| is_given(input, member)) {
            let message = format!("{member} cannot be used together with ResourceARNList.");
            return Err(invalid(message));
        }
        let arns = input::texts(input, "ResourceARNList", 1..=MAX_ARNS)?;
        Ok(Self::Arns(arns.unwrap_or_default()))
    }

    fn accepts(&self, row: &ResourceTags) -> bool {
        match self {
            Self::Arns(arns) => arns.contains(&row.resource_arn.as_str()),
            Self::Filters {
                resource_types,
                tags,
            } => {
                let is_of_type = |wanted: &&str| is_of_type(&row.resource_arn, wanted);
                (resource_types.is_empty() || resource_types.iter().any(is_of_type))
                    && tags.iter().all(|filter| filter.accepts(row))
            }
        }
    }
}

/// Whether an ARN is of a type, which is written `service` or `service:resourceType`.
fn is_of_type(arn: &str, wanted: &str) -> bool {
    let mut parts = arn.split(':');
    let service = parts.nth(2).unwrap_or_default();
    let resource = parts.nth(2).unwrap_or_default();
    let resource_type = resource.split('/').next();
    match wanted.split_once(':') {
        Some((name, kind)) => name == service && resource_type == Some(kind),
        None => wanted == service,
    }
}

impl<'a> TagFilter<'a> {
    fn read(filter: &'a Input) -> Result<Self, Refusal> {
        let key = input::text(filter, "Key")?.unwrap_or_default();
        if key.is_empty() || key.chars().count() > MAX_KEY_LETTERS {
            let message = format!("The key of a tag filter has 1 to {MAX_KEY_LETTERS} letters.");
            return Err(invalid(message));
        }
        let values = input::texts(filter, "Values", 0..=MAX_TAG_VALUES)?.unwrap_or_default();
        Ok(Self { key, values })
    }

    fn accepts(&self, row: &ResourceTags) -> bool {
        row.value(self.key)
            .is_some_and(|value| self.values.is_empty() || self.values.contains(&value))
    }
}

fn invalid(message: String) -> Refusal {
    Refusal::modelled("InvalidParameterException", message)
}

//! `DescribePatchBaselines`.

use super::input::{self, Input};
use super::listing::{Listing, ListingRequest};
use crate::refusal::Refusal;
use crate::rows::Baseline;

const FILTER_KEYS: [&str; 3] = ["NAME_PREFIX", "OWNER", "OPERATING_SYSTEM"];

/// A filter. A row passes with any of the values.
struct BaselineFilter<'a> {
    key: &'a str,
    values: Vec<&'a str>,
}

pub(super) fn patch_baselines(request: &ListingRequest<'_>) -> Result<Listing, Refusal> {
    let filters = read_filters(request.input)?;
    let mut rows = request.target.baselines.clone();
    rows.retain(|row| filters.iter().all(|filter| filter.accepts(row)));
    Listing::of_slice(request, &rows, None)
}

fn read_filters(input: &Input) -> Result<Vec<BaselineFilter<'_>>, Refusal> {
    input::objects(input, "Filters")?
        .unwrap_or_default()
        .into_iter()
        .map(BaselineFilter::read)
        .collect()
}

impl<'a> BaselineFilter<'a> {
    fn read(filter: &'a Input) -> Result<Self, Refusal> {
        let key = input::text(filter, "Key")?.unwrap_or_default();
        if !FILTER_KEYS.contains(&key) {
            // The service model declares no error of this operation for a wrong key.
            let message = format!("The filter key {key} is not valid.");
            return Err(Refusal::common("ValidationException", message));
        }
        let values = input::texts(filter, "Values", 0..=usize::MAX)?.unwrap_or_default();
        Ok(Self { key, values })
    }

    fn accepts(&self, row: &Baseline) -> bool {
        self.values.iter().any(|value| match self.key {
            "NAME_PREFIX" => row.baseline_name.starts_with(value),
            // `All` is a value of this filter only.
            "OWNER" => *value == "All" || *value == owner(row),
            _ => row.operating_system == *value,
        })
    }
}

fn owner(row: &Baseline) -> &'static str {
    if row.baseline_id.starts_with("arn:") {
        "AWS"
    } else {
        "Self"
    }
}

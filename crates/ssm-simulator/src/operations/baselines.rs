//! `DescribePatchBaselines`.

use super::super::input::{self, Input};
use super::super::refusal::Refusal;
use super::super::rows::Baseline;
use super::{Call, Listing};

pub(super) fn identities(call: &Call<'_>) -> Result<Listing, Refusal> {
    let filters = input::objects(call.input, "Filters")?.unwrap_or_default();
    let filters: Vec<(&str, Vec<&str>)> = filters.into_iter().map(one).collect::<Result<_, _>>()?;
    let mut rows = call.world.baselines.clone();
    rows.retain(|row| {
        filters
            .iter()
            .all(|(key, values)| accepts(row, key, values))
    });
    Listing::of_slice(call, &rows, None)
}

/// The operation declares no error for a wrong key.
fn one(filter: &Input) -> Result<(&str, Vec<&str>), Refusal> {
    let key = input::text(filter, "Key")?.unwrap_or_default();
    if !["NAME_PREFIX", "OWNER", "OPERATING_SYSTEM"].contains(&key) {
        return Err(Refusal::common(
            "ValidationException",
            format!("The filter key {key} is not valid."),
        ));
    }
    Ok((
        key,
        input::texts(filter, "Values", 0, usize::MAX)?.unwrap_or_default(),
    ))
}

fn accepts(row: &Baseline, key: &str, values: &[&str]) -> bool {
    let owner = if row.baseline_id.starts_with("arn:") {
        "AWS"
    } else {
        "Self"
    };
    values.iter().any(|value| match key {
        "NAME_PREFIX" => row.baseline_name.starts_with(value),
        "OWNER" => owner == *value || *value == "All",
        _ => row.operating_system == *value,
    })
}

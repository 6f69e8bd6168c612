//! The `organization` section.

use std::time::Duration;

use super::regions;
use super::resolver::{Resolver, items_of};
use crate::config::forms;
use crate::config::raw;
use crate::config::settings::Organization;

/// Default of `organization.refresh`: accounts seldom come and go.
const DEFAULT_LISTING_INTERVAL: Duration = Duration::from_hours(1);

pub(super) fn resolve(raw: &raw::Organization, resolver: &Resolver<'_>) -> Organization {
    let role_name = required_role_name(raw, resolver);
    let regions = regions::read(raw.regions.as_ref(), resolver);
    regions::check_once(&regions, "organization.regions", resolver);
    require_regions(raw, resolver);
    let lister = resolver.optional(raw.lister_role_arn.as_ref(), forms::role_arn);
    regions::check_partition(lister.as_ref(), &regions, "lister_role_arn", resolver);
    let refresh = resolver.value_or(
        raw.refresh.as_ref(),
        DEFAULT_LISTING_INTERVAL,
        forms::duration,
    );
    Organization {
        role_name,
        lister_role_arn: lister.map(|role| role.arn),
        include_ous: resolver.items(raw.include_ous.as_ref(), forms::ou_id),
        exclude_accounts: resolver.items(raw.exclude_accounts.as_ref(), forms::account_id),
        regions: regions::names(&regions),
        refresh,
    }
}

fn required_role_name(raw: &raw::Organization, resolver: &Resolver<'_>) -> String {
    if raw.role_name.is_none() {
        let what = "organization has no role_name";
        let hint = "add role_name, the role to assume in each account";
        resolver.report(raw.line, what, hint);
    }
    // With a problem the configuration is refused, so nobody uses the empty name.
    resolver.value_or(raw.role_name.as_ref(), String::new(), forms::role_name)
}

/// No region of the environment stands in here: what is read in every account of an organization
/// is to be written down.
fn require_regions(raw: &raw::Organization, resolver: &Resolver<'_>) {
    if items_of(raw.regions.as_ref()).is_empty() {
        let what = "organization has no regions";
        let hint = "add regions, such as [eu-west-1]";
        resolver.report(raw.line, what, hint);
    }
}

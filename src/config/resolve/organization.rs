//! The `organization` section.

use std::time::Duration;

use super::regions::{self, ListedRegion};
use super::resolver::Resolver;
use crate::config::forms::{self, RoleArn, format_duration};
use crate::config::problem::Fault;
use crate::config::raw;
use crate::config::settings::{DEFAULT_DISCOVERY_INTERVAL, Organization};

/// Shortest `organization.refresh`. AWS allows only a few of its calls a second.
const MIN_DISCOVERY_INTERVAL: Duration = Duration::from_secs(1);

/// The organization, if the file has one.
pub(super) fn resolve(
    raw: Option<&raw::Organization>,
    resolver: &Resolver<'_>,
) -> Option<Organization> {
    raw.map(|raw| resolve_section(raw, resolver))
}

// Problems of one line are reported in the order in which they are found, so the order of the
// statements here is that of the messages.
fn resolve_section(raw: &raw::Organization, resolver: &Resolver<'_>) -> Organization {
    let role_name = required_role_name(raw, resolver);
    let regions = required_regions(raw, resolver);
    let lister = lister_role(raw, &regions, resolver);
    let refresh = raw.refresh.as_ref();
    let refresh = resolver.value_or(refresh, DEFAULT_DISCOVERY_INTERVAL, discovery_interval);
    Organization {
        role_name,
        lister_role_arn: lister.map(|role| role.arn),
        include_ous: resolver.items(raw.include_ous.as_ref(), forms::ou_id),
        exclude_accounts: resolver.items(raw.exclude_accounts.as_ref(), forms::account_id),
        regions: regions::wanted(&regions),
        refresh,
    }
}

fn required_role_name(raw: &raw::Organization, resolver: &Resolver<'_>) -> String {
    if raw.role_name.is_none() {
        report_no_role_name(raw.line, resolver);
    }
    // With a problem the configuration is refused, so nobody uses the empty name.
    resolver.value_or(raw.role_name.as_ref(), String::new(), forms::role_name)
}

fn report_no_role_name(line: usize, resolver: &Resolver<'_>) {
    let what = "organization has no role_name";
    let hint = "add role_name, the role to assume in each account";
    resolver.report(line, what, hint);
}

fn required_regions(raw: &raw::Organization, resolver: &Resolver<'_>) -> Vec<ListedRegion> {
    let regions = regions::read(raw.regions.as_ref(), resolver);
    regions::check_once(&regions, "organization.regions", resolver);
    regions::check_all_stands_alone(&regions, "organization.regions", resolver);
    // A list that is empty or has bad regions only is reported by itself.
    if raw.regions.is_none() {
        report_no_regions(raw.line, resolver);
    }
    regions
}

/// The environment's region is no substitute: what is read in every account of an organization
/// must be written down.
fn report_no_regions(line: usize, resolver: &Resolver<'_>) {
    let what = "organization has no regions";
    let hint = "add regions, such as [eu-west-1], or [all] for those enabled for each account";
    resolver.report(line, what, hint);
}

fn discovery_interval(text: &str) -> Result<Duration, Fault> {
    let interval = forms::duration(text)?;
    if interval < MIN_DISCOVERY_INTERVAL {
        return Err(interval_too_short());
    }
    Ok(interval)
}

fn interval_too_short() -> Fault {
    let least = format_duration(MIN_DISCOVERY_INTERVAL);
    let hint = format!("give {least} or more; 1h suits most organizations");
    Fault::new(format!("is below {least}"), hint)
}

/// The role that lists the organization, which must be of the same partition as the regions.
fn lister_role(
    raw: &raw::Organization,
    regions: &[ListedRegion],
    resolver: &Resolver<'_>,
) -> Option<RoleArn> {
    let role = resolver.optional(raw.lister_role_arn.as_ref(), forms::role_arn);
    regions::check_partition(role.as_ref(), regions, "lister_role_arn", resolver);
    role
}

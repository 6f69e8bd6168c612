//! What would be discovered in an organization, in words.

use std::fmt;

use crate::config::forms::format_duration;
use crate::config::{Organization, Regions};

/// The accounts of an organization. `Display` says how they are found and read, in several lines.
pub(super) struct DiscoveredAccounts<'a>(pub(super) &'a Organization);

impl fmt::Display for DiscoveredAccounts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(organization) = self;
        writeln!(f, "accounts of the organization")?;
        writeln!(f, "  listed with: {}", lister(organization))?;
        writeln!(
            f,
            "  listed every: {}",
            format_duration(organization.refresh)
        )?;
        writeln!(f, "  which: {}", which(organization))?;
        writeln!(f, "  role in each: {}", organization.role_name)?;
        writeln!(f, "  targets in each: {}", regions(organization))
    }
}

fn lister(organization: &Organization) -> String {
    match &organization.lister_role_arn {
        Some(role) => format!("the role {role}"),
        None => "the default AWS credential chain".to_owned(),
    }
}

fn which(organization: &Organization) -> String {
    let mut which = match organization.include_ous.as_slice() {
        [] => "all active ones".to_owned(),
        units => format!("active ones in {} and in the units below", units.join(", ")),
    };
    if !organization.exclude_accounts.is_empty() {
        which += ", except ";
        which += &organization.exclude_accounts.join(", ");
    }
    which
}

fn regions(organization: &Organization) -> String {
    match &organization.regions {
        Regions::Enabled => {
            "every region that is enabled for the account, as AWS lists them".to_owned()
        }
        regions => regions.listed().join(", "),
    }
}

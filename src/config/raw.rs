//! The file as it was written: a mirror of the format in which every value is text with its line.
//!
//! Only shapes and keys are checked here. Variables, types and rules are left to `resolve`.

use super::fields::{Fields, List};
use super::named_node::{NamedNode, Value};
use super::node::Kind;
use super::problem::Problems;
use super::yaml;

#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) refresh: Refresh,
    pub(super) api: Api,
    pub(super) accounts: Option<Vec<Account>>,
    pub(super) compliance_types: Option<List>,
    pub(super) instance_tags: Option<List>,
    pub(super) tag_compliance: Option<List>,
    pub(super) organization: Option<Organization>,
    pub(super) exposition: Exposition,
}

#[derive(Debug, Default)]
pub(super) struct Refresh {
    pub(super) interval: Option<Value>,
    pub(super) stale_after: Option<Value>,
    pub(super) full_every: Option<Value>,
}

#[derive(Debug, Default)]
pub(super) struct Api {
    pub(super) requests_per_second: Option<Value>,
    pub(super) attempt_timeout: Option<Value>,
    pub(super) endpoint_url: Option<Value>,
}

#[derive(Debug)]
#[expect(
    clippy::struct_field_names,
    reason = "fields are called what the format calls them"
)]
pub(super) struct Account {
    pub(super) line: usize,
    pub(super) account_name: Option<Value>,
    pub(super) account_id: Option<Value>,
    pub(super) regions: Option<List>,
    pub(super) role_arn: Option<Value>,
    pub(super) role_session_name: Option<Value>,
    pub(super) external_id: Option<Value>,
}

#[derive(Debug)]
pub(super) struct Organization {
    pub(super) line: usize,
    pub(super) role_name: Option<Value>,
    pub(super) lister_role_arn: Option<Value>,
    pub(super) include_ous: Option<List>,
    pub(super) exclude_accounts: Option<List>,
    pub(super) regions: Option<List>,
    pub(super) refresh: Option<Value>,
}

#[derive(Debug, Default)]
pub(super) struct Exposition {
    pub(super) instances: Option<Value>,
    pub(super) include_unlisted: Option<Value>,
    pub(super) max_patch_info_series: Option<Value>,
}

/// Reads the text of a file. An empty file is the same as none. Nothing is returned if it is not
/// known what the file says (then there is a problem).
pub(super) fn read(text: &str, problems: &Problems) -> Option<File> {
    let Some(node) = yaml::read(text, problems) else {
        return (problems.count() == 0).then(File::default);
    };
    // A file of comments only has a single node without a value.
    if node.kind == Kind::Null {
        return Some(File::default());
    }
    let path = String::new();
    let fields = Fields::open(NamedNode { path, node }, problems)?;
    Some(fields.read(File::read))
}

// Struct fields are evaluated in the order in which they are written, and hints list the keys in
// the order in which they were asked for, so the order below is that of the documentation.

impl File {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            refresh: fields.section("refresh", Refresh::read).unwrap_or_default(),
            api: fields.section("api", Api::read).unwrap_or_default(),
            accounts: fields.maps("accounts", Account::read),
            compliance_types: fields.list("compliance_types"),
            instance_tags: fields.list("instance_tags"),
            tag_compliance: fields.list("tag_compliance"),
            organization: fields.section("organization", Organization::read),
            exposition: fields
                .section("exposition", Exposition::read)
                .unwrap_or_default(),
        }
    }
}

impl Refresh {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            interval: fields.value("interval"),
            stale_after: fields.value("stale_after"),
            full_every: fields.value("full_every"),
        }
    }
}

impl Api {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            requests_per_second: fields.value("requests_per_second"),
            attempt_timeout: fields.value("attempt_timeout"),
            endpoint_url: fields.value("endpoint_url"),
        }
    }
}

impl Account {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            line: fields.line,
            account_name: fields.value("account_name"),
            account_id: fields.value("account_id"),
            regions: fields.list("regions"),
            role_arn: fields.value("role_arn"),
            role_session_name: fields.value("role_session_name"),
            external_id: fields.value("external_id"),
        }
    }
}

impl Organization {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            line: fields.line,
            role_name: fields.value("role_name"),
            lister_role_arn: fields.value("lister_role_arn"),
            include_ous: fields.list("include_ous"),
            exclude_accounts: fields.list("exclude_accounts"),
            regions: fields.list("regions"),
            refresh: fields.value("refresh"),
        }
    }
}

impl Exposition {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            instances: fields.value("instances"),
            include_unlisted: fields.value("include_unlisted"),
            max_patch_info_series: fields.value("max_patch_info_series"),
        }
    }
}

//! One entry of `accounts`, and the rules within it.

use crate::config::forms::{self, RoleArn};
use crate::config::named_node::Value;
use crate::config::raw;
use crate::config::resolve::regions::{self, ListedRegion};
use crate::config::resolve::resolver::Resolver;
use crate::config::secret::Secret;
use crate::config::settings::{Account, Regions};

/// An account, and what the rules across entries need to know of where it is written.
pub(super) struct Entry {
    pub(super) account: Account,
    pub(super) line: usize,
    pub(super) regions: Vec<ListedRegion>,
    /// Line of `account_name`, or of the entry if it has none.
    pub(super) name_line: usize,
    /// Line of `account_id`, if it is given.
    pub(super) id_line: Option<usize>,
    /// False if the role or the account id is given but bad: then nobody knows which account this
    /// is, and comparing it with others would only add confusing problems.
    pub(super) is_known: bool,
    /// Whether the entry leaves its region to the environment.
    pub(super) has_default_region: bool,
}

/// The values of an entry that say whose account it is.
struct AccountIdentity {
    role: Option<RoleArn>,
    account_id: Option<String>,
    is_known: bool,
}

/// The values of an entry that only matter to the sessions of its role.
struct SessionSettings {
    name: Option<String>,
    external_id: Option<Secret>,
}

impl Entry {
    // Problems of one line are reported in the order in which they are found, so the order of the
    // statements here is that of the messages.
    pub(super) fn read(raw: &raw::Account, resolver: &Resolver<'_>) -> Self {
        let identity = AccountIdentity::read(raw, resolver);
        let session = SessionSettings::read(raw, resolver);
        identity.check_same_account(raw, resolver);
        let regions = identity.read_regions(raw, resolver);
        let name = resolver.optional(raw.account_name.as_ref(), forms::account_name);
        Self {
            line: raw.line,
            name_line: line_of(raw.account_name.as_ref()).unwrap_or(raw.line),
            id_line: line_of(raw.account_id.as_ref()),
            is_known: identity.is_known,
            has_default_region: raw.regions.is_none(),
            account: Account {
                name,
                regions: regions::wanted(&regions),
                role_session_name: session.name,
                external_id: session.external_id,
                ..identity.into_account()
            },
            regions,
        }
    }

    /// Whether this is the account of the exporter's own credentials.
    pub(super) fn is_own(&self) -> bool {
        self.is_known && self.account.role_arn.is_none()
    }

    /// Whether it is known which regions to read, if only from the environment.
    pub(super) fn has_regions(&self) -> bool {
        self.has_default_region || !self.regions.is_empty()
    }

    /// Whether it reads every region that is enabled for the account.
    pub(super) fn has_all_regions(&self) -> bool {
        self.account.regions == Regions::Enabled
    }

    /// Twelve digits, if the file tells them.
    pub(super) fn account_id(&self) -> Option<&str> {
        self.account.account_id.as_deref()
    }

    /// How a message calls the account.
    pub(super) fn account_in_words(&self) -> String {
        match self.account_id() {
            Some(id) => format!("account {id}"),
            None => "the exporter's own account".to_owned(),
        }
    }
}

fn line_of(value: Option<&Value>) -> Option<usize> {
    value.map(|value| value.line)
}

impl SessionSettings {
    fn read(raw: &raw::Account, resolver: &Resolver<'_>) -> Self {
        let external_id = resolver.optional_secret(raw.external_id.as_ref(), forms::external_id);
        let name = raw.role_session_name.as_ref();
        let name = resolver.optional(name, forms::role_session_name);
        check_role_is_given(raw, resolver);
        Self { name, external_id }
    }
}

/// Reports the keys that are only of use when a role is assumed, if there is none to assume.
fn check_role_is_given(raw: &raw::Account, resolver: &Resolver<'_>) {
    // A bad `role_arn` is reported by itself, so only an absent one counts here.
    if raw.role_arn.is_some() {
        return;
    }
    if let Some(value) = &raw.external_id {
        report_without_role(value, "an external id", "external_id", resolver);
    }
    if let Some(value) = &raw.role_session_name {
        report_without_role(value, "a session name", "role_session_name", resolver);
    }
}

fn report_without_role(value: &Value, thing: &str, key: &str, resolver: &Resolver<'_>) {
    let what = format!("{} stands without a role_arn", value.path);
    let hint = format!("{thing} is only sent when a role is assumed; add role_arn or remove {key}");
    resolver.report(value.line, what, hint);
}

impl AccountIdentity {
    fn read(raw: &raw::Account, resolver: &Resolver<'_>) -> Self {
        let role = resolver.optional(raw.role_arn.as_ref(), forms::role_arn);
        let account_id = resolver.optional(raw.account_id.as_ref(), forms::account_id);
        // A value that was given but is missing now was bad.
        let is_role_good = role.is_some() == raw.role_arn.is_some();
        let is_id_good = account_id.is_some() == raw.account_id.is_some();
        Self {
            role,
            account_id,
            is_known: is_role_good && is_id_good,
        }
    }

    /// Reports an `account_id` that is not the account of the role beside it.
    fn check_same_account(&self, raw: &raw::Account, resolver: &Resolver<'_>) {
        let Some(given_id) = &self.account_id else {
            return;
        };
        let Some(role) = &self.role else { return };
        if *given_id != role.account_id
            && let Some(value) = &raw.account_id
        {
            report_other_account(value, given_id, &role.account_id, resolver);
        }
    }

    /// The regions of the entry, which must be of the partition of its role.
    fn read_regions(&self, raw: &raw::Account, resolver: &Resolver<'_>) -> Vec<ListedRegion> {
        let regions = regions::read(raw.regions.as_ref(), resolver);
        regions::check_partition(self.role.as_ref(), &regions, "role_arn", resolver);
        if let Some(list) = &raw.regions {
            regions::check_all_stands_alone(&regions, &list.path, resolver);
        }
        regions
    }

    /// An account of which nothing else is known. The role tells its account even if `account_id`
    /// is absent.
    fn into_account(self) -> Account {
        match self.role {
            Some(role) => Account {
                account_id: Some(role.account_id),
                role_arn: Some(role.arn),
                ..Account::default()
            },
            None => Account {
                account_id: self.account_id,
                ..Account::default()
            },
        }
    }
}

fn report_other_account(value: &Value, given_id: &str, role_id: &str, resolver: &Resolver<'_>) {
    let path = &value.path;
    let what = format!("{path} is {given_id}, but the account of role_arn is {role_id}");
    let hint = "remove account_id: the ARN of the role tells it";
    resolver.report(value.line, what, hint);
}

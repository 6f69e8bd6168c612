//! The targets as a table: the state of each in words and in a colour, and where its data is.

use super::frame::INSTANCES_PATH;
use super::query::InstanceQuery;
use super::status::ShownStatus;
use super::times::Age;
use crate::http::discovery::account_in_url;
use crate::http::target_row::{InstanceCounts, NextRefresh, TargetRow, TargetState};
use crate::model::FailureReason;

/// A target as pages show it.
#[derive(Clone, Debug)]
pub(super) struct ShownTarget<'a> {
    /// The id of the account, or why there is none; empty if none is to be expected.
    pub(super) account_id: &'a str,
    /// The configured name; empty if there is none.
    pub(super) account_name: &'a str,
    pub(super) region: &'a str,
    /// The state in words.
    pub(super) state: &'static str,
    /// The class of the style sheet. The words say the same, for those who see no colours.
    pub(super) class: &'static str,
    pub(super) detail: &'a str,
    pub(super) advice: Vec<Advice>,
    pub(super) counts: Option<ShownCounts>,
    /// When its data was read, in words.
    pub(super) data: String,
    /// When it is read anew, in words; empty if it is not known.
    pub(super) next_refresh: String,
    /// The query of its page of metrics; empty if it has none.
    pub(super) metrics_query: String,
    /// Where its instances are, if its account is known.
    pub(super) instances_path: Option<String>,
}

/// What a reason means, and what to look at.
#[derive(Clone, Debug)]
pub(super) struct Advice {
    pub(super) reason: &'static str,
    pub(super) summary: String,
    pub(super) look_at: String,
}

/// The counts, and where the instances are that they count.
#[derive(Clone, Debug)]
pub(super) struct ShownCounts {
    pub(super) counts: InstanceCounts,
    pub(super) noncompliant_path: String,
    pub(super) unreported_path: String,
}

impl<'a> ShownTarget<'a> {
    pub(super) fn new(row: &'a TargetRow) -> Self {
        let (state, class) = state(row);
        Self {
            account_id: account_id(row),
            account_name: account_name(row),
            region: &row.region,
            state,
            class,
            detail: row.detail.as_deref().unwrap_or_default(),
            advice: row.reasons.iter().copied().map(Advice::new).collect(),
            counts: row.counts.map(|counts| ShownCounts::new(row, counts)),
            data: match row.age {
                Some(age) => format!("read {} ago", Age(age)),
                None => "nothing read yet".to_owned(),
            },
            next_refresh: next_refresh(row.next_refresh),
            metrics_query: metrics_query(row),
            instances_path: instances_path(row, None),
        }
    }

    /// The target's name for those who hear a link without the row around it.
    pub(super) fn name(&self) -> String {
        let account = match (self.account_name, self.account_id) {
            ("", id) => id,
            (name, _) => name,
        };
        format!("{account} in {}", self.region)
    }
}

impl Advice {
    fn new(reason: FailureReason) -> Self {
        // These texts are those of the documentation, where names are marked.
        let plain = |text: &str| text.replace('`', "");
        Self {
            reason: reason.as_str(),
            summary: plain(reason.summary()),
            look_at: plain(reason.look_at()),
        }
    }
}

impl ShownCounts {
    fn new(row: &TargetRow, counts: InstanceCounts) -> Self {
        let path = |status| instances_path(row, Some(status)).unwrap_or_default();
        Self {
            counts,
            noncompliant_path: path(ShownStatus::NonCompliant),
            unreported_path: path(ShownStatus::Unreported),
        }
    }
}

/// Sorts by what needs somebody first.
pub(super) fn sort(rows: &mut [TargetRow]) {
    rows.sort_by_cached_key(|row| {
        let name = row.account_name.clone();
        let target = (row.account_id.clone(), row.region.clone());
        (row.state, row.detail.is_none(), name, target)
    });
}

/// The state of a target in words, and the class of its colour.
fn state(row: &TargetRow) -> (&'static str, &'static str) {
    match row.state {
        TargetState::NotListed => ("Could not be listed", "bad"),
        TargetState::Down => ("Down", "bad"),
        TargetState::Stale => ("Stale: not read for longer than two refreshes", "doubt"),
        TargetState::LeftOut => ("Left out", "doubt"),
        TargetState::Waiting => ("First refresh still running", "doubt"),
        TargetState::Up if row.detail.is_some() => ("Up, but not all could be read", "doubt"),
        TargetState::Up => ("Up", "good"),
    }
}

fn account_id(row: &TargetRow) -> &str {
    match (row.account_id.as_str(), row.account_name.as_str()) {
        ("", _) if row.state == TargetState::NotListed => "",
        ("", "") => "Account not known yet",
        ("", _) => "(id not known yet)",
        (id, _) => id,
    }
}

/// The configured name of the account, unless there is none.
fn account_name(row: &TargetRow) -> &str {
    if row.account_name == row.account_id {
        ""
    } else {
        &row.account_name
    }
}

/// How old a target's data is, in words.
pub(super) fn data_age(row: &TargetRow) -> String {
    match row.age {
        Some(age) => format!("{} ago", Age(age)),
        None => "none yet".to_owned(),
    }
}

fn next_refresh(next: NextRefresh) -> String {
    match next {
        NextRefresh::Unknown => String::new(),
        NextRefresh::Running(time) => format!("refresh running for {}", Age(time)),
        NextRefresh::In(time) => format!("next refresh in {}", Age(time)),
    }
}

fn metrics_query(row: &TargetRow) -> String {
    match row.state {
        // There is no such page, or it would be that of the entry that is shown instead.
        TargetState::NotListed | TargetState::LeftOut => return String::new(),
        TargetState::Down | TargetState::Stale | TargetState::Waiting | TargetState::Up => {}
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("account_id", account_in_url(&row.account_id));
    query.append_pair("region", &row.region);
    format!("?{}", query.finish())
}

fn instances_path(row: &TargetRow, status: Option<ShownStatus>) -> Option<String> {
    // Without an account id the query would ask for the instances of all accounts.
    if row.account_id.is_empty() || row.state == TargetState::NotListed {
        return None;
    }
    let query = InstanceQuery {
        account_id: row.account_id.clone(),
        region: row.region.clone(),
        status,
        ..InstanceQuery::default()
    };
    Some(format!("{INSTANCES_PATH}{query}"))
}

//! A row of the table of instances, as texts.

use super::candidates::Candidate;
use super::escapes::instance_path_in;
use super::query::InstanceQuery;
use super::status::{TypeStatus, statuses};
use super::times::Moment;
use crate::model::{ComplianceType, NoncomplianceReason, Timestamp};

/// A row of the table of instances.
#[derive(Clone, Debug)]
pub(super) struct InstanceRow<'a> {
    pub(super) id: &'a str,
    /// Where the page of the instance is.
    pub(super) path: String,
    pub(super) name: &'a str,
    pub(super) account_id: &'a str,
    /// The configured name of the account; empty if it has none.
    pub(super) account_name: &'a str,
    pub(super) region: &'a str,
    pub(super) platform: String,
    pub(super) ping: &'a str,
    pub(super) is_online: bool,
    /// Whether AWS lists it as a managed instance.
    pub(super) is_listed: bool,
    pub(super) patch: Option<TypeStatus>,
    pub(super) association: Option<TypeStatus>,
    /// The statuses for all other types.
    pub(super) others: Vec<TypeStatus>,
    pub(super) reasons: Vec<&'static str>,
    pub(super) items: u64,
    pub(super) scanned: Option<Moment>,
    pub(super) last_ping: Option<Moment>,
}

impl<'a> InstanceRow<'a> {
    pub(super) fn new(candidate: &Candidate<'a>, now: Option<Timestamp>) -> Self {
        let (account_name, account_id) = candidate.account();
        let listing = candidate.instance.listing.as_ref();
        let [patch, association] = ComplianceType::OF_EVERY_INSTANCE.map(|kind| {
            statuses(candidate.view, candidate.instance).find(|it| it.compliance_type == kind)
        });
        Self {
            id: &candidate.instance.id,
            path: page_path(candidate),
            name: candidate.name(),
            account_id,
            account_name: if account_name == account_id {
                ""
            } else {
                account_name
            },
            region: candidate.region(),
            platform: platform(candidate.platform()),
            ping: candidate.ping(),
            is_online: listing.is_some_and(|listing| listing.is_online()),
            is_listed: candidate.view.target.is_listed(candidate.instance),
            patch,
            association,
            others: others(candidate),
            // All of its reasons, also where only instances with one of them are shown.
            reasons: reasons(candidate),
            items: candidate.items,
            scanned: Moment::of(candidate.scanned(), now),
            last_ping: Moment::of(candidate.last_ping(), now),
        }
    }
}

/// The page of the instance, in this target: an id may be known in several.
fn page_path(candidate: &Candidate<'_>) -> String {
    let [id, account_id, region] = candidate.place();
    instance_path_in(id, account_id, region)
}

fn platform((name, version): (&str, &str)) -> String {
    format!("{name} {version}").trim().to_owned()
}

fn others(candidate: &Candidate<'_>) -> Vec<TypeStatus> {
    let usual = ComplianceType::OF_EVERY_INSTANCE;
    statuses(candidate.view, candidate.instance)
        .filter(|status| !usual.contains(&status.compliance_type))
        .collect()
}

fn reasons(candidate: &Candidate<'_>) -> Vec<&'static str> {
    let reasons = candidate.reasons(&InstanceQuery::default());
    reasons
        .into_iter()
        .map(NoncomplianceReason::as_str)
        .collect()
}

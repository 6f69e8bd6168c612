//! The page that says why one instance is non-compliant, as far as the last refresh knows.

use askama::Template;
use hyper::StatusCode;

use super::Page;
use super::escapes::instance_path_in;
use super::findings::{ShownFact, ShownFinding};
use super::frame::PageFrame;
use super::query::Parameters;
use super::status::{TypeStatus, statuses};
use super::steps::ShownStep;
use super::targets::{ShownTarget, data_age};
use super::times::Moment;
use super::unknowns::unknowns;
use crate::explain::{
    Cause, Context, Explanation, Finding, TargetName, Verdict, explain, explain_command,
    recorded_evidence,
};
use crate::http::exporter_state::{FleetSnapshot, TargetSnapshot};
use crate::http::limits::Options;
use crate::metrics::TargetView;
use crate::model::{ComplianceType, Instance, InstanceRow, Timestamp, free_text};

#[derive(Template)]
#[template(path = "instance.html")]
struct InstancePage<'a> {
    frame: PageFrame<'a>,
    id: &'a str,
    /// The same id in each target that knows it.
    found: Vec<FoundInstance>,
    /// The address of this page for others; empty if it is not known.
    address: String,
}

#[derive(Template)]
#[template(path = "no_instance.html")]
struct NoInstancePage<'a> {
    frame: PageFrame<'a>,
    id: &'a str,
    targets: Vec<ShownTarget<'a>>,
    /// The command that asks AWS.
    command: String,
}

/// An instance in one target.
#[derive(Debug)]
struct FoundInstance {
    target: String,
    /// How old the data is, and whether the target is up.
    data: String,
    verdict: &'static str,
    class: &'static str,
    listing: Option<InstanceRow>,
    last_ping: Option<Moment>,
    /// The tags that are read, each with its key and value, as far as the instance has them.
    tags: Vec<(String, String)>,
    types: Vec<(TypeStatus, Option<Moment>)>,
    findings: Vec<ShownFinding>,
    verification: Vec<ShownStep>,
    unknowns: Vec<String>,
    /// The command that asks AWS for the rest.
    command: String,
}

/// The page of the instance with this id, in every target that the query leaves.
pub(super) fn page(options: &Options, fleet: &FleetSnapshot, id: &str, query: &str) -> Page {
    let parameters = Parameters::parse(query);
    let id = match id {
        "" => parameters.text("id"),
        id => id,
    };
    // As the state keeps it.
    let id = &*free_text(id);
    let targets = targets(fleet, &parameters);
    let found: Vec<FoundInstance> = targets
        .iter()
        .filter_map(|snapshot| find(fleet, snapshot, id))
        .collect();
    if found.is_empty() {
        return no_instance(options, &targets, &parameters, id);
    }
    let page = InstancePage {
        frame: PageFrame::new(options, ""),
        id,
        found,
        address: address(options, id, query),
    };
    Page::of(StatusCode::OK, &page)
}

/// The targets that the query leaves: all of them, or those of an account and of a region.
fn targets<'a>(fleet: &'a FleetSnapshot, parameters: &Parameters) -> Vec<&'a TargetSnapshot> {
    let fits = |parameter, value: &str| {
        let wanted = parameters.text(parameter);
        wanted.is_empty() || wanted == value
    };
    let targets = fleet.targets.iter();
    targets
        .filter(|target| fits("account_id", &target.identity.account_id))
        .filter(|target| fits("region", &target.identity.region))
        .collect()
}

fn find(fleet: &FleetSnapshot, snapshot: &TargetSnapshot, id: &str) -> Option<FoundInstance> {
    let target = snapshot.target.as_ref()?;
    let instance = target.chunks().find(id)?;
    let view = TargetView {
        target,
        identity: &snapshot.identity,
        policy: &fleet.policy,
    };
    Some(FoundInstance::new(&view, snapshot, instance, fleet.now))
}

fn no_instance(
    options: &Options,
    targets: &[&TargetSnapshot],
    parameters: &Parameters,
    id: &str,
) -> Page {
    let target = TargetName {
        account_id: parameters.text("account_id").to_owned(),
        account_name: None,
        region: parameters.text("region").to_owned(),
    };
    let page = NoInstancePage {
        frame: PageFrame::new(options, ""),
        id,
        targets: targets
            .iter()
            .map(|target| ShownTarget::new(&target.row))
            .collect(),
        command: explain_command(&target, id),
    };
    Page::of(StatusCode::NOT_FOUND, &page)
}

/// The address of the page for a ticket or a chat, where only the whole address is of use.
fn address(options: &Options, id: &str, query: &str) -> String {
    let Some(url) = &options.external_url else {
        return String::new();
    };
    let parameters = Parameters::parse(query);
    let path = instance_path_in(id, parameters.text("account_id"), parameters.text("region"));
    format!("{url}{path}")
}

impl FoundInstance {
    fn new(
        view: &TargetView<'_>,
        snapshot: &TargetSnapshot,
        instance: &Instance,
        now: Option<Timestamp>,
    ) -> Self {
        let explanation = explanation(view, instance, now);
        let findings = explanation.findings.iter();
        let last_ping = instance
            .listing
            .as_ref()
            .and_then(|listing| listing.last_ping);
        Self {
            target: target_words(view),
            data: data_words(snapshot),
            verdict: explanation.verdict.as_str(),
            class: class(explanation.verdict),
            last_ping: Moment::of(last_ping, now),
            tags: tags(view, instance),
            types: types(view, instance, now),
            findings: findings
                .map(|finding| ShownFinding::new(finding, now))
                .collect(),
            verification: explanation
                .verification()
                .into_iter()
                .map(ShownStep::new)
                .collect(),
            unknowns: unknowns(view, instance, &explanation),
            command: explanation.again.clone(),
            listing: explanation.listing,
        }
    }
}

/// The tags that are read and that the instance has.
fn tags(view: &TargetView<'_>, instance: &Instance) -> Vec<(String, String)> {
    let values = view.target.tags().of(&instance.id);
    let keys = view.policy.tag_labels.iter().map(|label| &label.key);
    keys.map(|key| (key.clone(), values.value(key).to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// The explanation of what the refreshes have recorded.
fn explanation(view: &TargetView<'_>, instance: &Instance, now: Option<Timestamp>) -> Explanation {
    let identity = view.identity;
    let name = TargetName {
        account_id: identity.account_id.clone(),
        account_name: None,
        region: identity.region.clone(),
    };
    let evidence = recorded_evidence(view.target, name, instance);
    let mut explanation = explain(&evidence, &Context { now });
    explanation
        .findings
        .retain(|finding| can_be_known(view, instance, finding));
    explanation
}

/// Whether enough has been read for a finding.
fn can_be_known(view: &TargetView<'_>, instance: &Instance, finding: &Finding) -> bool {
    // An instance that has only just come is without a summary until the next refresh.
    if finding.cause == Cause::NeverScanned {
        return view
            .unreported(instance)
            .any(|kind| kind == ComplianceType::Patch);
    }
    // Of a type that is not read, nothing can be said, also not that it is missing.
    let compliance_type = &finding.compliance_type;
    compliance_type.is_empty() || view.policy.selection.has_type(compliance_type)
}

/// The statuses of all types, with the times at which they were determined.
fn types(
    view: &TargetView<'_>,
    instance: &Instance,
    now: Option<Timestamp>,
) -> Vec<(TypeStatus, Option<Moment>)> {
    let executed = |status: &TypeStatus| {
        let summary = instance.summary(&status.compliance_type)?;
        Moment::of(summary.execution_time, now)
    };
    statuses(view, instance)
        .map(|status| {
            let moment = executed(&status);
            (status, moment)
        })
        .collect()
}

fn target_words(view: &TargetView<'_>) -> String {
    let identity = view.identity;
    let (name, id, region) = (
        &identity.account_name,
        &identity.account_id,
        &identity.region,
    );
    if name == id {
        format!("account {id}, region {region}")
    } else {
        format!("account {id} ({name}), region {region}")
    }
}

fn data_words(snapshot: &TargetSnapshot) -> String {
    let row = &snapshot.row;
    let detail = match &row.detail {
        Some(detail) => format!(" ({detail})"),
        None => String::new(),
    };
    format!(
        "read {}; the target is {}{detail}",
        data_age(row),
        row.state.as_str()
    )
}

const fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NonCompliant => "bad",
        Verdict::Unknown => "doubt",
        Verdict::Compliant => "good",
    }
}

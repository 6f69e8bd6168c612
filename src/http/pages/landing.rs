//! The landing page: what runs here, where to go, and how each target is.

use askama::Template;
use hyper::StatusCode;

use super::Page;
use super::frame::{INSTANCES_PATH, PageFrame};
use super::query::InstanceQuery;
use super::times::Age;
use crate::http::exporter_state::TargetRow;
use crate::http::limits::Options;

#[derive(Template)]
#[template(path = "landing.html")]
struct LandingPage<'a> {
    frame: PageFrame<'a>,
    description: &'a str,
    targets: Vec<ShownTarget<'a>>,
}

/// A target as pages show it.
#[derive(Clone, Debug)]
pub(super) struct ShownTarget<'a> {
    pub(super) account_id: &'a str,
    pub(super) account_name: &'a str,
    pub(super) region: &'a str,
    pub(super) state: &'a str,
    /// How old its data is, in words.
    pub(super) data_age: String,
    pub(super) detail: &'a str,
    /// Where its instances are, if its account is known.
    pub(super) instances_path: Option<String>,
}

/// The landing page.
pub(in crate::http) fn landing(options: &Options, targets: &[TargetRow]) -> Page {
    let page = LandingPage {
        frame: PageFrame::new(options, "/"),
        description: &options.description,
        targets: targets.iter().map(ShownTarget::new).collect(),
    };
    Page::of(StatusCode::OK, &page)
}

impl<'a> ShownTarget<'a> {
    pub(super) fn new(row: &'a TargetRow) -> Self {
        Self {
            account_id: &row.account_id,
            account_name: &row.account_name,
            region: &row.region,
            state: &row.state,
            data_age: data_age(row),
            detail: row.detail.as_deref().unwrap_or_default(),
            instances_path: instances_path(row),
        }
    }
}

/// How old a target's data is, in words.
pub(super) fn data_age(row: &TargetRow) -> String {
    match row.age {
        Some(age) => format!("{} ago", Age(age)),
        None => "none yet".to_owned(),
    }
}

fn instances_path(row: &TargetRow) -> Option<String> {
    // Without an account id the query would ask for the instances of all accounts.
    if row.account_id.is_empty() {
        return None;
    }
    let query = InstanceQuery {
        account_id: row.account_id.clone(),
        region: row.region.clone(),
        ..InstanceQuery::default()
    };
    Some(format!("{INSTANCES_PATH}{query}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::http::Limits;

    fn shown_with(targets: &[TargetRow], has_pages: bool) -> String {
        let options = Options {
            telemetry_path: "/metrics".into(),
            name: "the <exporter>".into(),
            version: "1.2.3".into(),
            description: "what it \"does\"".into(),
            has_pages,
            external_url: None,
            security: None,
            limits: Limits::default(),
        };
        landing(&options, targets).html
    }

    fn shown(targets: &[TargetRow]) -> String {
        shown_with(targets, true)
    }

    #[test]
    fn nothing_from_outside_becomes_markup() {
        let evil = "<script>alert('x' & \"y\")</script>";
        let row = TargetRow {
            account_name: evil.into(),
            detail: Some(evil.into()),
            ..TargetRow::default()
        };
        // Without the link to its instances, whose name has the account's once more.
        let html = shown_with(&[row], false);
        assert!(!html.contains("<script"));
        let escaped = "&#60;script&#62;alert(&#39;x&#39; &#38; &#34;y&#34;)&#60;/script&#62;";
        assert_eq!(html.matches(escaped).count(), 2, "{html}");
        assert!(html.contains("<title>the &#60;exporter&#62;</title>"));
    }

    #[test]
    fn each_target_has_a_row_with_its_state_and_age() {
        let row = |region: &str, state: &str, age| TargetRow {
            account_id: "111122223333".into(),
            region: region.into(),
            state: state.into(),
            age,
            ..TargetRow::default()
        };
        let html = shown(&[
            row("eu-west-1", "up", Some(Duration::from_secs(61))),
            row("us-east-1", "waiting", None),
        ]);
        assert!(
            html.contains("<td>eu-west-1</td><td>up</td><td>1m 1s ago</td>"),
            "{html}"
        );
        assert!(
            html.contains("<td>us-east-1</td><td>waiting</td><td>none yet</td>"),
            "{html}"
        );
        assert!(shown(&[]).contains("No targets yet."));
    }

    #[test]
    fn a_target_leads_to_its_instances_unless_pages_are_off() {
        let row = TargetRow {
            account_id: "111122223333".into(),
            region: "eu-west-1".into(),
            ..TargetRow::default()
        };
        let link = "href=\"/instances?account_id=111122223333&#38;region=eu-west-1\"";
        assert!(shown(std::slice::from_ref(&row)).contains(link));
        assert!(!shown_with(&[row], false).contains("instances"));
        assert!(!shown(&[TargetRow::default()]).contains("/instances?"));
    }
}

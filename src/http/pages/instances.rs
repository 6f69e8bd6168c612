//! The page with the instances as a table.

use askama::Template;
use hyper::StatusCode;

use super::Page;
use super::census::{Census, views};
use super::data_notes::{data_ages, data_notes};
use super::frame::{INSTANCES_PATH, PageFrame};
use super::instances_text;
use super::order::{SortKey, cut_to_page};
use super::paging::Paging;
use super::query::{InstanceQuery, QueryError, asks_for_text};
use super::query_form::QueryForm;
use super::rows::InstanceRow;
use crate::http::exporter_state::FleetSnapshot;
use crate::http::limits::Options;

#[derive(Template)]
#[template(path = "instances.html")]
struct InstancesPage<'a> {
    frame: PageFrame<'a>,
    notes: Vec<String>,
    ages: String,
    form: QueryForm,
    headings: Vec<Heading>,
    rows: Vec<InstanceRow<'a>>,
    /// The number of the first row, from 1 on.
    first: usize,
    paging: Paging,
    all: usize,
    /// Where all that the query selects is plain text.
    text_path: String,
    previous: Option<String>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "bad_query.html")]
struct BadQueryPage<'a> {
    frame: PageFrame<'a>,
    error: QueryError,
}

/// The heading of a column.
#[derive(Clone, Debug)]
struct Heading {
    text: &'static str,
    /// Where the table is sorted by it; `None` for a column that has no order.
    path: Option<String>,
    /// Whether the table is sorted by it, as `aria-sort` says it; empty if it is not.
    sorted: &'static str,
}

/// The columns, with what they can be sorted by.
const COLUMNS: [(&str, Option<SortKey>); 13] = [
    ("Instance", Some(SortKey::Instance)),
    ("Name", Some(SortKey::Name)),
    ("Reasons", None),
    ("Account", Some(SortKey::Account)),
    ("Region", Some(SortKey::Region)),
    ("Platform", Some(SortKey::Platform)),
    ("Ping", Some(SortKey::Ping)),
    ("Patch", Some(SortKey::Patch)),
    ("Association", Some(SortKey::Association)),
    ("Other types", None),
    ("Items", Some(SortKey::Items)),
    ("Scanned", Some(SortKey::Scan)),
    ("Last ping", Some(SortKey::LastPing)),
];

/// The table of the instances for which the query string asks.
pub(super) fn page(options: &Options, fleet: &FleetSnapshot, query: &str) -> Page {
    let labels = &fleet.policy.tag_labels;
    match InstanceQuery::parse(query).and_then(|query| query.of_tags(labels)) {
        Ok(query) if query.is_text => {
            Page::plain(StatusCode::OK, instances_text::text(fleet, &query))
        }
        Ok(query) => table(options, fleet, &query),
        Err(error) if asks_for_text(query) => {
            Page::plain(StatusCode::BAD_REQUEST, format!("{error}\n"))
        }
        Err(error) => bad_query(options, error),
    }
}

fn bad_query(options: &Options, error: QueryError) -> Page {
    let frame = PageFrame::new(options, "");
    Page::of(StatusCode::BAD_REQUEST, &BadQueryPage { frame, error })
}

fn table(options: &Options, fleet: &FleetSnapshot, query: &InstanceQuery) -> Page {
    let views = views(fleet);
    let mut census = Census::of(&views, query);
    let paging = Paging::new(query.page, census.candidates.len());
    cut_to_page(&mut census.candidates, query.order, &paging);
    let link = |page| format!("{INSTANCES_PATH}{}", query.with_page(page));
    let rows = census.candidates.iter();
    let page = InstancesPage {
        frame: PageFrame::new(options, INSTANCES_PATH),
        notes: data_notes(fleet, query),
        ages: data_ages(fleet, query),
        form: QueryForm::new(fleet, &census, query),
        headings: COLUMNS.map(|column| Heading::new(column, query)).to_vec(),
        rows: rows.map(|row| InstanceRow::new(row, fleet.now)).collect(),
        first: paging.rows().start + 1,
        paging,
        all: census.all,
        text_path: format!("{INSTANCES_PATH}{}", query.as_text()),
        previous: paging.previous().map(link),
        next: paging.next().map(link),
    };
    Page::of(StatusCode::OK, &page)
}

impl Heading {
    fn new((text, key): (&'static str, Option<SortKey>), query: &InstanceQuery) -> Self {
        let clicked = |key| query.with_order(query.order.clicked(key));
        Self {
            text,
            path: key.map(|key| format!("{INSTANCES_PATH}{}", clicked(key))),
            sorted: match key {
                Some(key) if key == query.order.key => direction(query.order.is_descending),
                _ => "",
            },
        }
    }
}

const fn direction(is_descending: bool) -> &'static str {
    if is_descending {
        "descending"
    } else {
        "ascending"
    }
}

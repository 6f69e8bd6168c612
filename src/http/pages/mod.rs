//! The pages for people: the landing page, the instances as a table, and why one of them is
//! non-compliant.
//!
//! A page is made from a snapshot of what the last refreshes have read, so it never calls AWS. The
//! HTML is in `templates/`, whose library escapes all that is inserted. The table is there as plain
//! text, too. Pages run no script and
//! load nothing, and are made for text browsers and small windows, too.
//!
//! Which path leads to which page is left to [`routes`](super::routes), and headers to
//! [`answer`](super::answer).

mod candidates;
mod census;
mod counts;
mod data_notes;
mod escapes;
mod findings;
mod frame;
mod instance;
mod instances;
mod instances_text;
mod landing;
mod matching;
mod order;
mod paging;
mod query;
mod query_form;
mod renderer;
mod rows;
mod status;
mod steps;
mod targets;
mod times;
mod unknowns;

use askama::Template;
use hyper::StatusCode;

use super::exporter_state::FleetSnapshot;
use super::limits::Options;

pub(super) use escapes::decoded_id;
pub(super) use landing::landing;
pub(super) use renderer::{PageRenderer, RenderFailure};

/// Which page is asked for. The query is that of the URL, as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PageRequest {
    /// The instances as a table.
    Instances { query: String },
    /// The instance with this id.
    Instance { id: String, query: String },
}

/// A page that is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) text: String,
}

const HTML: &str = "text/html; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

impl PageRequest {
    /// Makes the page. It takes a while for a large fleet, so it is not for a worker of the
    /// runtime.
    pub(super) fn page(&self, options: &Options, fleet: &FleetSnapshot) -> Page {
        match self {
            Self::Instances { query } => instances::page(options, fleet, query),
            Self::Instance { id, query } => instance::page(options, fleet, id, query),
        }
    }
}

impl Page {
    fn of(status: StatusCode, template: &impl Template) -> Self {
        // Rendering writes into a text, which cannot fail, and all our templates' values can be
        // displayed.
        let text = template.render().unwrap_or_default();
        Self {
            status,
            content_type: HTML,
            text,
        }
    }

    /// A page without markup, for terminals.
    fn plain(status: StatusCode, text: String) -> Self {
        Self {
            status,
            content_type: PLAIN,
            text,
        }
    }
}

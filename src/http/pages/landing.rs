//! The landing page: what runs here, where to go, and how each target is.

use askama::Template;
use hyper::StatusCode;

use super::Page;
use super::frame::PageFrame;
use super::targets::{ShownTarget, sort};
use crate::http::limits::Options;
use crate::http::target_row::{TargetRow, TargetState};

#[derive(Template)]
#[template(path = "landing.html")]
struct LandingPage<'a> {
    frame: PageFrame<'a>,
    description: &'a str,
    /// How many targets there are, and how they are.
    totals: String,
    targets: Vec<ShownTarget<'a>>,
}

/// The landing page.
pub(in crate::http) fn landing(options: &Options, mut targets: Vec<TargetRow>) -> Page {
    sort(&mut targets);
    let page = LandingPage {
        frame: PageFrame::new(options, "/"),
        description: &options.description,
        totals: totals(&targets),
        targets: targets.iter().map(ShownTarget::new).collect(),
    };
    Page::of(StatusCode::OK, &page)
}

/// How many targets there are in each state that one of them has.
fn totals(targets: &[TargetRow]) -> String {
    let (unlisted, targets): (Vec<_>, Vec<_>) = targets
        .iter()
        .partition(|row| row.state == TargetState::NotListed);
    let mut parts = Vec::new();
    for (state, words) in [
        (TargetState::Down, "down"),
        (TargetState::Stale, "stale"),
        (TargetState::LeftOut, "left out"),
        (TargetState::Waiting, "in the first refresh"),
        (TargetState::Up, "up"),
    ] {
        let count = targets.iter().filter(|row| row.state == state).count();
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    let noun = if targets.len() == 1 {
        "target"
    } else {
        "targets"
    };
    let known = match parts.join(", ") {
        parts if parts.is_empty() => "No target is known.".to_owned(),
        parts => format!("{} {noun}: {parts}.", targets.len()),
    };
    if unlisted.is_empty() {
        known
    } else {
        format!("{known} There may be more that could not be listed.")
    }
}

#[cfg(test)]
#[path = "../tests/landing.rs"]
mod tests;

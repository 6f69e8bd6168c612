//! What all pages have in common: the program's name, and the links at the top.

use std::borrow::Cow;

use crate::http::limits::Options;
use crate::http::routes::exporter_path;

/// Where the instances are shown, below the address of the exporter.
pub(in crate::http) const INSTANCES_PATH: &str = "/instances";

/// The frame of a page.
#[derive(Clone, Debug)]
pub(super) struct PageFrame<'a> {
    /// The program's name.
    pub(super) name: &'a str,
    /// The program's version.
    pub(super) version: &'a str,
    /// What stands in front of each path: empty, or where a proxy shows the exporter.
    pub(super) base: &'a str,
    /// Where the metrics are.
    pub(super) telemetry_path: &'a str,
    /// Whether there are pages about instances.
    pub(super) has_instances: bool,
    /// The links at the top.
    pub(super) links: Vec<PageLink<'a>>,
}

/// A link at the top of a page.
#[derive(Clone, Debug)]
pub(super) struct PageLink<'a> {
    pub(super) text: &'static str,
    pub(super) path: Cow<'a, str>,
    /// Whether it leads to the page that it stands on.
    pub(super) is_current: bool,
}

impl<'a> PageFrame<'a> {
    /// The frame of the page at `path`.
    pub(super) fn new(options: &'a Options, path: &str) -> Self {
        let telemetry_path = options.telemetry_path.as_str();
        let mut links = vec![("Targets", Cow::from("/"))];
        if options.has_pages {
            links.push(("Instances", INSTANCES_PATH.into()));
        }
        links.push(("Metrics", telemetry_path.into()));
        links.push((
            "Exporter's own metrics",
            exporter_path(telemetry_path).into(),
        ));
        links.push(("Service discovery", "/sd".into()));
        links.push(("Health", "/-/healthy".into()));
        links.push(("Readiness", "/-/ready".into()));
        Self {
            name: &options.name,
            version: &options.version,
            base: options.link_base(),
            telemetry_path,
            has_instances: options.has_pages,
            links: links
                .into_iter()
                .map(|link| page_link(link, path))
                .collect(),
        }
    }
}

fn page_link<'a>((text, path): (&'static str, Cow<'a, str>), current: &str) -> PageLink<'a> {
    PageLink {
        text,
        is_current: path == current,
        path,
    }
}

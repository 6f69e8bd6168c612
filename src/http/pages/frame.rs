//! What all pages have in common: the program's name, and the links at the top.

use crate::http::limits::Options;

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
    /// Whether there are pages about instances.
    pub(super) has_instances: bool,
    /// The links at the top.
    pub(super) links: Vec<PageLink<'a>>,
}

/// A link at the top of a page.
#[derive(Clone, Debug)]
pub(super) struct PageLink<'a> {
    pub(super) text: &'static str,
    pub(super) path: &'a str,
    /// Whether it leads to the page that it stands on.
    pub(super) is_current: bool,
}

impl<'a> PageFrame<'a> {
    /// The frame of the page at `path`.
    pub(super) fn new(options: &'a Options, path: &str) -> Self {
        let mut links = vec![("Targets", "/")];
        if options.has_pages {
            links.push(("Instances", INSTANCES_PATH));
        }
        links.push(("Metrics", &options.telemetry_path));
        links.push(("Health", "/-/healthy"));
        links.push(("Readiness", "/-/ready"));
        Self {
            name: &options.name,
            version: &options.version,
            base: options.base_path(),
            has_instances: options.has_pages,
            links: links
                .into_iter()
                .map(|link| page_link(link, path))
                .collect(),
        }
    }
}

fn page_link<'a>((text, path): (&'static str, &'a str), current: &str) -> PageLink<'a> {
    PageLink {
        text,
        path,
        is_current: path == current,
    }
}

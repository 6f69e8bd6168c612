//! Which path is answered by which handler.
//!
//! How a handler answers is left to [`answer`](super::answer).

use super::limits::Options;
use super::plain_path::is_plain;

/// What answers a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Handler {
    Metrics,
    Exporter,
    Discovery,
    Landing,
    /// The root of a server that serves below a prefix.
    ToPrefix,
    /// The instances as a table.
    Instances,
    /// One instance, whose id follows in the path.
    Instance,
    Healthy,
    Ready,
    Reload,
}

/// A path with what answers it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Route<'a> {
    pub(super) handler: Handler,
    /// What follows [`INSTANCE_PREFIX`], still escaped, if the handler is that of an instance.
    pub(super) instance: &'a str,
}

/// What stands before the id of an instance in the path of its page.
const INSTANCE_PREFIX: &str = "/instances/";

/// Paths that do not depend on flags: Prometheus' own names, and those of Kubernetes.
const FIXED_ROUTES: [(&str, Handler); 9] = [
    ("/", Handler::Landing),
    ("/instances", Handler::Instances),
    ("/sd", Handler::Discovery),
    ("/-/healthy", Handler::Healthy),
    ("/healthz", Handler::Healthy),
    ("/livez", Handler::Healthy),
    ("/-/ready", Handler::Ready),
    ("/readyz", Handler::Ready),
    ("/-/reload", Handler::Reload),
];

/// Why a telemetry path cannot be served.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TelemetryPathError {
    /// It is not an absolute path of printable characters.
    #[error(
        "the telemetry path {0:?} is not a plain path, write it like \"/metrics\", without spaces, quotes, brackets and \"?#%\""
    )]
    NotAPath(String),
    /// Another endpoint has it already.
    #[error("the telemetry path {0:?} is the path of another endpoint, choose another")]
    Taken(String),
}

/// Checks that the metrics can be served at `path`. `/` is possible and leaves no landing page.
///
/// # Errors
/// The path is not plain, or is that of another endpoint.
///
/// # Examples
/// ```
/// use ssm_compliance_exporter::http::check_telemetry_path;
///
/// assert!(check_telemetry_path("/compliance").is_ok());
/// assert!(check_telemetry_path("/-/healthy").is_err());
/// ```
pub fn check_telemetry_path(path: &str) -> Result<(), TelemetryPathError> {
    if !is_plain(path) {
        return Err(TelemetryPathError::NotAPath(path.to_owned()));
    }
    if is_taken(path) {
        return Err(TelemetryPathError::Taken(path.to_owned()));
    }
    Ok(())
}

fn is_taken(path: &str) -> bool {
    // The landing page only leads to the metrics, so it can give way to them.
    !matches!(find_here(path), None | Some(Handler::Landing))
}

/// What answers a request's path, if anything does.
pub(super) fn route<'a>(path: &'a str, options: &Options) -> Option<Route<'a>> {
    let Some(path) = below(path, options.route_base()) else {
        return outside(path);
    };
    let handler = find(path, &options.telemetry_path)?;
    let is_on = options.has_pages || !handler.is_page();
    is_on.then(|| Route {
        handler,
        instance: path.strip_prefix(INSTANCE_PREFIX).unwrap_or_default(),
    })
}

/// What answers a path that is not below the prefix: as in Prometheus, the root leads there.
fn outside(path: &str) -> Option<Route<'_>> {
    (path == "/").then_some(Route {
        handler: Handler::ToPrefix,
        instance: "",
    })
}

/// The path below the base, if it is there.
fn below<'a>(path: &'a str, base: &str) -> Option<&'a str> {
    match path.strip_prefix(base)? {
        "" => Some("/"),
        rest => rest.starts_with('/').then_some(rest),
    }
}

/// The handler of a path below the base, if it has one.
fn find(path: &str, telemetry_path: &str) -> Option<Handler> {
    if path == telemetry_path {
        Some(Handler::Metrics)
    } else if path == exporter_path(telemetry_path) {
        Some(Handler::Exporter)
    } else {
        find_here(path)
    }
}

/// Where the exporter's own metrics are alone.
pub(super) fn exporter_path(telemetry_path: &str) -> String {
    format!("{}/exporter", telemetry_path.trim_end_matches('/'))
}

/// The handler of a path that does not depend on flags.
fn find_here(path: &str) -> Option<Handler> {
    // Any text may be the id of an instance, one with a slash in it, too.
    let is_instance = path.starts_with(INSTANCE_PREFIX);
    find_fixed(path).or_else(|| is_instance.then_some(Handler::Instance))
}

fn find_fixed(path: &str) -> Option<Handler> {
    let (_, handler) = FIXED_ROUTES.iter().find(|(fixed, _)| *fixed == path)?;
    Some(*handler)
}

impl Handler {
    /// Whether supervisors ask it, which take an answer that does not come for a dead process.
    pub(super) const fn is_probe(self) -> bool {
        matches!(self, Self::Healthy | Self::Ready)
    }

    /// Whether it answers with metrics, of which a flag may limit how many are answered at the same
    /// time.
    pub(super) const fn is_scrape(self) -> bool {
        matches!(self, Self::Metrics | Self::Exporter)
    }

    /// Whether it answers with a page about instances, which can be turned off.
    pub(super) const fn is_page(self) -> bool {
        matches!(self, Self::Instances | Self::Instance)
    }

    /// Its value of the label `handler`, one of [`HANDLERS`](crate::metrics::HANDLERS).
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Exporter => "exporter",
            Self::Discovery => "sd",
            Self::Landing | Self::ToPrefix => "landing",
            Self::Instances => "instances",
            Self::Instance => "instance",
            Self::Healthy => "healthy",
            Self::Ready => "ready",
            Self::Reload => "reload",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{HANDLERS, OTHER_HANDLER};

    #[test]
    fn the_telemetry_path_is_configurable() {
        assert_eq!(find("/ssm", "/ssm"), Some(Handler::Metrics));
        assert_eq!(find("/metrics", "/ssm"), None);
        assert_eq!(find("/", "/"), Some(Handler::Metrics));
    }

    #[test]
    fn a_telemetry_path_that_cannot_work_is_refused() {
        for path in [
            "", "metrics", "//host", "/a b", "/a?b", "/a#b", "/\u{e4}", "/%41", "/>", "/{a}",
            "/a\"b",
        ] {
            assert!(
                matches!(
                    check_telemetry_path(path),
                    Err(TelemetryPathError::NotAPath(_))
                ),
                "{path}"
            );
        }
        for path in ["/-/healthy", "/readyz", "/instances", "/instances/x"] {
            assert!(
                matches!(
                    check_telemetry_path(path),
                    Err(TelemetryPathError::Taken(_))
                ),
                "{path}"
            );
        }
        for path in ["/", "/metrics", "/a/b-c_d.e~f"] {
            assert_eq!(check_telemetry_path(path), Ok(()), "{path}");
        }
    }

    /// Every handler that a route leads to.
    fn handlers() -> Vec<Handler> {
        let fixed = FIXED_ROUTES.iter().map(|(_, handler)| *handler);
        let others = [Handler::Metrics, Handler::Exporter, Handler::Instance];
        fixed.chain(others).collect()
    }

    #[test]
    fn every_handler_has_its_name_in_the_closed_set() {
        let mut names: Vec<&str> = handlers().into_iter().map(Handler::name).collect();
        names.push(OTHER_HANDLER);
        for name in &names {
            assert!(HANDLERS.contains(name), "{name}");
        }
        for name in HANDLERS {
            assert!(names.contains(&name), "{name}");
        }
    }

    #[test]
    fn the_table_of_routes_names_every_path_with_its_handler() {
        let mut paths = 0;
        for line in include_str!("mod.rs").lines() {
            let Some(row) = line.strip_prefix("//! | `/") else {
                continue;
            };
            let (path, row) = row.split_once("` |").unwrap();
            let handler = row.split('`').nth(1).unwrap();
            let found = find(&format!("/{path}"), "/metrics").map(Handler::name);
            assert_eq!(found, Some(handler), "/{path}");
            paths += 1;
        }
        assert_eq!(paths, handlers().len());
    }
}

//! Which path is answered by which handler.
//!
//! How a handler answers is the [`answer`](super::answer) module's.

/// What answers a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Handler {
    Metrics,
    Exporter,
    Discovery,
    Landing,
    Healthy,
    Ready,
}

/// The closed set of `handler` values told to [`ExporterState::answered`](super::Site::answered), so that a
/// counter can start at 0.
pub const HANDLERS: [&str; 7] = [
    "metrics", "exporter", "sd", "landing", "healthy", "ready", OTHER,
];

/// The `handler` of paths that nothing answers.
pub(super) const OTHER: &str = "other";

/// Paths that do not depend on flags: Prometheus' own names, and those of Kubernetes.
const FIXED: [(&str, Handler); 7] = [
    ("/", Handler::Landing),
    ("/sd", Handler::Discovery),
    ("/-/healthy", Handler::Healthy),
    ("/healthz", Handler::Healthy),
    ("/livez", Handler::Healthy),
    ("/-/ready", Handler::Ready),
    ("/readyz", Handler::Ready),
];

/// Why a telemetry path cannot be served.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TelemetryPathError {
    /// Not an absolute path of printable characters.
    #[error(
        "the telemetry path {0:?} is not a plain path, write it like \"/metrics\", without spaces and \"?#%\""
    )]
    NotAPath(String),
    /// Already used by another endpoint.
    #[error("the telemetry path {0:?} is the path of another endpoint, choose another")]
    Taken(String),
}

/// Whether the metrics can be served at `path`. `/` is possible and leaves no landing page.
pub fn check_telemetry_path(path: &str) -> Result<(), TelemetryPathError> {
    let plain = |b: u8| b.is_ascii_graphic() && !b"?#%\\".contains(&b);
    // A second slash at its beginning would make the landing page's link lead to another host.
    if !path.starts_with('/') || path.starts_with("//") || !path.bytes().all(plain) {
        return Err(TelemetryPathError::NotAPath(path.to_owned()));
    }
    match fixed(path) {
        None | Some(Handler::Landing) => Ok(()),
        Some(_) => Err(TelemetryPathError::Taken(path.to_owned())),
    }
}

/// The handler of a request's path, if it has one.
pub(super) fn find(path: &str, telemetry_path: &str) -> Option<Handler> {
    match path.strip_prefix(telemetry_path) {
        Some("") => Some(Handler::Metrics),
        _ if path == exporter_path(telemetry_path) => Some(Handler::Exporter),
        _ => fixed(path),
    }
}

/// Where the exporter's own metrics are alone.
pub(super) fn exporter_path(telemetry_path: &str) -> String {
    format!("{}/exporter", telemetry_path.trim_end_matches('/'))
}

fn fixed(path: &str) -> Option<Handler> {
    FIXED
        .iter()
        .find(|(known, _)| *known == path)
        .map(|&(_, handler)| handler)
}

impl Handler {
    /// Whether supervisors ask it, which take an answer that does not come for a dead process.
    pub(super) const fn is_probe(self) -> bool {
        matches!(self, Self::Healthy | Self::Ready)
    }

    /// Its name in [`HANDLERS`].
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Exporter => "exporter",
            Self::Discovery => "sd",
            Self::Landing => "landing",
            Self::Healthy => "healthy",
            Self::Ready => "ready",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_telemetry_path_is_configurable() {
        assert_eq!(find("/ssm", "/ssm"), Some(Handler::Metrics));
        assert_eq!(find("/metrics", "/ssm"), None);
        assert_eq!(find("/", "/"), Some(Handler::Metrics));
    }

    #[test]
    fn a_telemetry_path_that_cannot_work_is_refused() {
        for path in [
            "", "metrics", "//host", "/a b", "/a?b", "/a#b", "/\u{e4}", "/%41",
        ] {
            assert!(
                matches!(
                    check_telemetry_path(path),
                    Err(TelemetryPathError::NotAPath(_))
                ),
                "{path}"
            );
        }
        for path in ["/-/healthy", "/readyz"] {
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

    #[test]
    fn every_handler_has_its_name_in_the_closed_set() {
        for (_, handler) in FIXED {
            assert!(HANDLERS.contains(&handler.name()));
        }
        assert!(HANDLERS.contains(&Handler::Metrics.name()) && HANDLERS.contains(&OTHER));
    }
}

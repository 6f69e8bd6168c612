//! What a metric family is: a value that says everything about it, and a pure function from state to
//! samples.

use super::counts::Counts;
use super::emit::Samples;
use super::target_view::{Policy, TargetView};
use crate::model::Instance;

/// One metric family of the fleet.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// The full name, `_info` included.
    pub name: &'static str,
    /// Gauge or info.
    pub kind: Kind,
    /// What may become of it.
    pub stability: Stability,
    /// One line, with the API field behind it, but without the sentence that all of them end with.
    pub help: &'static str,
    /// The labels beyond `account_id`, `region` and, for a family of instances, `instance_id`.
    pub labels: Labels,
    /// Where its samples come from.
    pub samples: SampleSource,
}

/// The type of a family. The fleet has no other: everything is a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number that goes up and down.
    Gauge,
    /// Labels with the value 1. `OpenMetrics` has a type for it; the text format calls it a gauge.
    Info,
}

/// What may become of a family in the next releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stability {
    /// It may change with any minor release.
    Experimental,
    /// It changes only by new labels.
    Stable,
}

/// The labels of a family's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labels {
    /// The same in every configuration.
    Fixed(&'static [&'static str]),
    /// These, and after them one for each tag that the configuration asks for.
    FixedAndTags(&'static [&'static str]),
}

/// What a family has samples for.
#[derive(Clone, Copy, Debug)]
pub enum SampleSource {
    /// The target as a whole.
    Target(fn(&TargetView<'_>, &Counts<'_>, &mut Samples<'_>)),
    /// Each instance that is shown.
    Instance(fn(&TargetView<'_>, &Instance, &mut Samples<'_>)),
}

/// How the exposition is written: both formats have the same samples under different headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `OpenMetrics` 1.0 text.
    OpenMetrics,
    /// Prometheus text 0.0.4.
    Text,
}

// === impl Format ===

impl Format {
    /// What ends a page.
    pub const fn end(self) -> &'static str {
        match self {
            Self::OpenMetrics => "# EOF\n",
            Self::Text => "",
        }
    }
}

// === impl Labels ===

impl Labels {
    /// The labels that are the same in every configuration.
    pub const fn fixed(self) -> &'static [&'static str] {
        match self {
            Self::Fixed(names) | Self::FixedAndTags(names) => names,
        }
    }

    /// All labels, in order.
    pub fn names(self, policy: &Policy) -> impl Iterator<Item = &str> {
        let tags: &[String] = match self {
            Self::Fixed(_) => &[],
            Self::FixedAndTags(_) => &policy.tag_labels,
        };
        let tags = tags.iter().map(String::as_str);
        self.fixed().iter().copied().chain(tags)
    }
}

// === impl Family ===

impl Family {
    /// The end of every help text: the page is of the last refresh, not of the scrape.
    pub const AS_OF: &'static str = "As of the last refresh.";

    /// The labels that say whose sample it is.
    pub fn identity_labels(&self) -> &'static [&'static str] {
        match self.samples {
            SampleSource::Target(_) => &["account_id", "region"],
            SampleSource::Instance(_) => &["account_id", "region", "instance_id"],
        }
    }

    /// The lines above the samples.
    pub fn header(&self, format: Format) -> String {
        let (name, kind) = match (format, self.kind) {
            (Format::OpenMetrics, Kind::Info) => (self.name.trim_end_matches("_info"), "info"),
            (Format::OpenMetrics | Format::Text, Kind::Gauge) | (Format::Text, Kind::Info) => {
                (self.name, "gauge")
            }
        };
        let help = self.help;
        let as_of = Self::AS_OF;
        format!("# HELP {name} {help} {as_of}\n# TYPE {name} {kind}\n")
    }
}

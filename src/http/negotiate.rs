//! Chooses the exposition format by `Accept` and the content coding by `Accept-Encoding`.
//!
//! After Prometheus' "Content negotiation" and RFC 9110 section 12.5. Parameters other than
//! `version` and `q` are ignored on purpose: Prometheus 3 adds `escaping=allow-utf-8` to every
//! format, and comparing that too would send it text.

use hyper::header::HeaderValue;
use mediatype::names::{APPLICATION, PLAIN, TEXT};
use mediatype::{MediaType, MediaTypeList, Name, ReadParams};

use crate::metrics::{Encoding, Format};

/// Thousandths, because RFC 9110 bounds a weight to three decimals.
type Weight = u16;

/// The weight of what has none of its own.
const FULL_WEIGHT: Weight = 1000;

/// What a media range must have to name a format.
struct FormatName {
    ty: Name<'static>,
    subty: Name<'static>,
    version: &'static str,
}

/// How closely a media range names a format. Of several ranges the closest one decides.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Closeness {
    Anything,
    Type,
    Subtype,
    Version,
}

/// What a client says of a format. A closer range outdoes one of a higher weight.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Preference {
    closeness: Closeness,
    weight: Weight,
}

/// What a client says of both formats, as far as its `Accept` headers have been read.
#[derive(Clone, Copy, Default)]
struct FormatPreferences {
    open_metrics: Option<Preference>,
    text: Option<Preference>,
}

/// The highest weight given for each coding that matters, if it is listed.
#[derive(Default)]
struct CodingWeights {
    gzip: Option<Weight>,
    any: Option<Weight>,
    identity: Option<Weight>,
}

impl Format {
    /// The `Content-Type` of the format. The names are all of the legacy character set, so
    /// `underscores` is true under every escaping scheme a scraper may ask for.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
            }
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    const fn name(self) -> FormatName {
        match self {
            Self::OpenMetrics => FormatName {
                ty: APPLICATION,
                subty: Name::new_unchecked("openmetrics-text"),
                version: "1.0.0",
            },
            Self::Text => FormatName {
                ty: TEXT,
                subty: PLAIN,
                version: "0.0.4",
            },
        }
    }
}

/// The format for the values of all `Accept` headers of a request.
///
/// The highest weight wins. At equal weights OpenMetrics comes before text, but only if it was
/// asked for by name. It is text 0.0.4 if there is nothing acceptable or nothing readable.
///
/// # Examples
/// ```
/// use hyper::header::HeaderValue;
/// use ssm_compliance_exporter::http::negotiate_format;
/// use ssm_compliance_exporter::metrics::Format;
///
/// let accept = HeaderValue::from_static("application/openmetrics-text;version=1.0.0,*/*;q=0.1");
/// assert_eq!(negotiate_format([&accept]), Format::OpenMetrics);
/// assert_eq!(negotiate_format([&HeaderValue::from_static("*/*")]), Format::Text);
/// ```
pub fn negotiate_format<'a>(accept: impl IntoIterator<Item = &'a HeaderValue>) -> Format {
    let mut preferences = FormatPreferences::default();
    for value in accept {
        // A value that is not text says nothing.
        let Ok(value) = value.to_str() else { continue };
        for range in MediaTypeList::new(value).flatten() {
            preferences.add(&range);
        }
    }
    preferences.choose()
}

impl FormatPreferences {
    fn add(&mut self, range: &MediaType<'_>) {
        let open_metrics = preference(range, Format::OpenMetrics);
        let text = preference(range, Format::Text);
        // `None` is less than any preference, and a closer one is more than a heavier one.
        self.open_metrics = self.open_metrics.max(open_metrics);
        self.text = self.text.max(text);
    }

    fn choose(self) -> Format {
        match self.open_metrics {
            Some(open_metrics) if self.is_wanted(open_metrics) => Format::OpenMetrics,
            _ => Format::Text,
        }
    }

    fn is_wanted(self, open_metrics: Preference) -> bool {
        // A client that takes anything gets what every client reads, unless it refuses just that.
        if open_metrics.closeness == Closeness::Anything && !self.refuses_text() {
            return false;
        }
        let text_weight = self.text.map_or(0, |text| text.weight);
        open_metrics.weight > 0 && open_metrics.weight >= text_weight
    }

    fn refuses_text(self) -> bool {
        self.text.is_some_and(Preference::is_refusal)
    }
}

impl Preference {
    /// Whether the client refuses the format as such, and not just anything it does not list.
    fn is_refusal(self) -> bool {
        self.weight == 0 && self.closeness > Closeness::Anything
    }
}

/// What a media range says of the format, if it names it. A range with an unreadable weight says
/// nothing.
fn preference(range: &MediaType<'_>, format: Format) -> Option<Preference> {
    let closeness = closeness(range, &format.name())?;
    let weight = weight_of(range)?;
    Some(Preference { closeness, weight })
}

fn weight_of(range: &MediaType<'_>) -> Option<Weight> {
    match range.get_param(Name::new_unchecked("q")) {
        Some(weight) => parse_weight(&weight.unquoted_str()),
        None => Some(FULL_WEIGHT),
    }
}

fn closeness(range: &MediaType<'_>, format: &FormatName) -> Option<Closeness> {
    // A suffix makes another type of it, such as `text/plain+json` or `application/*+json`.
    if range.suffix.is_some() {
        return None;
    }
    if range.ty == "*" && range.subty == "*" {
        return Some(Closeness::Anything);
    }
    if range.ty != format.ty {
        return None;
    }
    if range.subty == "*" {
        return Some(Closeness::Type);
    }
    if range.subty != format.subty {
        return None;
    }
    closeness_of_version(range, format)
}

/// How closely a range names a format whose type it has.
fn closeness_of_version(range: &MediaType<'_>, format: &FormatName) -> Option<Closeness> {
    match range.get_param(Name::new_unchecked("version")) {
        None => Some(Closeness::Subtype),
        Some(version) if version.unquoted_str() == format.version => Some(Closeness::Version),
        Some(_) => None,
    }
}

/// The coding for the values of all `Accept-Encoding` headers of a request: gzip wherever it is
/// acceptable, unless `identity` is listed with a higher weight.
///
/// # Examples
/// ```
/// use hyper::header::HeaderValue;
/// use ssm_compliance_exporter::http::negotiate_encoding;
/// use ssm_compliance_exporter::metrics::Encoding;
///
/// let accept = HeaderValue::from_static("br, gzip;q=0.5");
/// assert_eq!(negotiate_encoding([&accept]), Encoding::Gzip);
/// assert_eq!(negotiate_encoding([]), Encoding::Identity);
/// ```
pub fn negotiate_encoding<'a>(
    accept_encoding: impl IntoIterator<Item = &'a HeaderValue>,
) -> Encoding {
    let mut weights = CodingWeights::default();
    for value in accept_encoding {
        let Ok(value) = value.to_str() else { continue };
        for element in value.split(',') {
            weights.add(element);
        }
    }
    weights.choose()
}

impl CodingWeights {
    fn choose(&self) -> Encoding {
        // `*` stands for every coding that is not listed, and a coding that is neither listed nor
        // matched is not acceptable, except `identity` (RFC 9110 section 12.5.3).
        let gzip = self.gzip.or(self.any).unwrap_or(0);
        let identity = self.identity.unwrap_or(0);
        if gzip > 0 && gzip >= identity {
            Encoding::Gzip
        } else {
            Encoding::Identity
        }
    }

    /// Takes one element, `gzip;q=0.5`. One whose weight cannot be read says nothing.
    fn add(&mut self, element: &str) {
        let Some((coding, weight)) = parse_coding(element) else {
            return;
        };
        if let Some(known) = self.weight_of(coding) {
            *known = (*known).max(Some(weight));
        }
    }

    /// The weight of a coding, if that coding matters.
    fn weight_of(&mut self, coding: &str) -> Option<&mut Option<Weight>> {
        match coding.to_ascii_lowercase().as_str() {
            // RFC 9110 has `x-gzip` as the old name of the same coding.
            "gzip" | "x-gzip" => Some(&mut self.gzip),
            "*" => Some(&mut self.any),
            "identity" => Some(&mut self.identity),
            _ => None,
        }
    }
}

fn parse_coding(element: &str) -> Option<(&str, Weight)> {
    let mut parts = element.split(';').map(str::trim);
    let coding = parts.next()?;
    let weight = match parts.find_map(weight_parameter) {
        Some(text) => parse_weight(text)?,
        None => FULL_WEIGHT,
    };
    Some((coding, weight))
}

fn weight_parameter(text: &str) -> Option<&str> {
    // The case of a parameter's name does not matter (RFC 9110 section 5.6.6).
    text.strip_prefix("q=").or_else(|| text.strip_prefix("Q="))
}

/// A weight between 0 and 1. More than three decimals are tolerated and cut.
fn parse_weight(text: &str) -> Option<Weight> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let thousandths = thousandths(decimals)?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(FULL_WEIGHT),
        _ => None,
    }
}

/// The first three decimals as a number; those that are not there are zeros. Nothing if one of them
/// is no digit.
fn thousandths(decimals: &str) -> Option<Weight> {
    if !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // A number of three digits always fits.
    format!("{decimals:0<3.3}").parse().ok()
}

#[cfg(test)]
#[path = "tests/negotiate.rs"]
mod tests;

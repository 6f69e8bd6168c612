//! A strict reader of both exposition formats, written after their specifications and nothing else:
//! "Exposition formats" of the Prometheus documentation (text 0.0.4) and OpenMetrics 1.0.

use std::collections::BTreeMap;
use std::fmt;

/// The two formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Prometheus text 0.0.4.
    Text,
    /// OpenMetrics 1.0 text.
    OpenMetrics,
}

/// Name and labels.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
}

/// What is said of a family beside its samples.
#[derive(Clone, Debug, Default)]
pub(crate) struct Family {
    pub(crate) kind: String,
    pub(crate) help: String,
}

/// A page that obeys its format.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// By name as the samples bear it: with `_info` and `_total` in both formats.
    pub(crate) families: BTreeMap<String, Family>,
    pub(crate) samples: BTreeMap<Series, f64>,
}

impl Format {
    /// What Prometheus sends to get it.
    pub(crate) fn accept(self) -> &'static str {
        match self {
            Self::Text => "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            Self::OpenMetrics => {
                "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
            }
        }
    }

    /// How the header of an answer begins.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<String> = self
            .labels
            .iter()
            .map(|(key, value)| format!("{key}={value:?}"))
            .collect();
        write!(f, "{}{{{}}}", self.name, labels.join(","))
    }
}

impl Series {
    pub(crate) fn new<'a>(
        name: &str,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let labels = labels
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Self {
            name: name.to_owned(),
            labels,
        }
    }

    pub(crate) fn label(&self, key: &str) -> &str {
        self.labels.get(key).map(String::as_str).unwrap_or_default()
    }
}

// === impl Page ===

impl Page {
    /// Reads a page.
    pub(crate) fn read(text: &str, format: Format) -> Result<Self, String> {
        let body = text
            .strip_suffix('\n')
            .ok_or("the last line does not end")?;
        let mut reader = Reader {
            format,
            page: Self::default(),
            open: None,
            ended: false,
        };
        for (number, line) in (1..).zip(body.split('\n')) {
            reader
                .line(line)
                .map_err(|error| format!("line {number}: {error}: {line}"))?;
        }
        reader.close()?;
        if format == Format::OpenMetrics && !reader.ended {
            return Err("the page ends without # EOF".to_owned());
        }
        Ok(reader.page)
    }

    /// The value of the only series that bears this name and these labels among others.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let found: Vec<f64> = self
            .matching(name, labels)
            .map(|(_, value)| value)
            .collect();
        assert!(
            found.len() < 2,
            "{name} {labels:?} means {} series",
            found.len()
        );
        found.first().copied()
    }

    pub(crate) fn count(&self, name: &str, labels: &[(&str, &str)]) -> usize {
        self.matching(name, labels).count()
    }

    pub(crate) fn matching(
        &self,
        name: &str,
        labels: &[(&str, &str)],
    ) -> impl Iterator<Item = (&Series, f64)> {
        let fits = move |series: &Series| {
            series.name == name
                && labels
                    .iter()
                    .all(|(key, value)| series.label(key) == *value)
        };
        self.samples
            .iter()
            .filter(move |(series, _)| fits(series))
            .map(|(series, value)| (series, *value))
    }

    /// Series whose names begin like this, for messages.
    pub(crate) fn about(&self, prefix: &str) -> impl Iterator<Item = String> {
        let series = self
            .samples
            .iter()
            .filter(move |(series, _)| series.name.starts_with(prefix));
        series.map(|(series, value)| format!("{series:?} {value}"))
    }

    /// The series of the fleet: all but those of the exporter itself.
    pub(crate) fn fleet(&self) -> impl Iterator<Item = (&Series, f64)> {
        let own =
            |name: &str| name.starts_with("aws_ssm_exporter_") || name.starts_with("process_");
        self.samples
            .iter()
            .filter(move |(series, _)| !own(&series.name))
            .map(|(series, value)| (series, *value))
    }
}

/// A page being read.
struct Reader {
    format: Format,
    page: Page,
    open: Option<Open>,
    ended: bool,
}

/// The family whose lines are being read.
struct Open {
    /// As in its comments.
    name: String,
    help: Option<String>,
    kind: Option<String>,
    has_unit: bool,
    has_samples: bool,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), String> {
        if self.ended {
            return Err("something after # EOF".to_owned());
        }
        if line == "# EOF" && self.format == Format::OpenMetrics {
            self.ended = true;
            return Ok(());
        }
        match line.strip_prefix("# ") {
            Some(comment) => self.comment(comment),
            None => self.sample(line),
        }
    }

    fn comment(&mut self, comment: &str) -> Result<(), String> {
        let (keyword, rest) = comment.split_once(' ').ok_or("a comment of one word")?;
        let (name, text) = rest.split_once(' ').ok_or("a comment without text")?;
        check_name(name, true)?;
        if self.open.as_ref().is_none_or(|open| open.name != name) {
            self.close()?;
            let (name, (has_unit, has_samples)) = (name.to_owned(), (false, false));
            self.open = Some(Open {
                name,
                help: None,
                kind: None,
                has_unit,
                has_samples,
            });
        }
        let format = self.format;
        let open = self.open.as_mut().ok_or("no family")?;
        if open.has_samples {
            return Err("a comment behind samples of its family".to_owned());
        }
        match (keyword, format) {
            ("HELP", _) if open.help.is_some() => Err("a second HELP".to_owned()),
            ("HELP", Format::Text) if open.kind.is_some() => Err("HELP behind TYPE".to_owned()),
            ("HELP", _) => {
                open.help = Some(unescape(text, format == Format::OpenMetrics)?);
                Ok(())
            }
            ("TYPE", _) if open.kind.is_some() => Err("a second TYPE".to_owned()),
            ("TYPE", _) => {
                check_kind(text, format)?;
                open.kind = Some(text.to_owned());
                Ok(())
            }
            ("UNIT", Format::OpenMetrics)
                if !open.has_unit && name.ends_with(&format!("_{text}")) =>
            {
                open.has_unit = true;
                Ok(())
            }
            _ => Err("an unknown comment, or one in the wrong place".to_owned()),
        }
    }

    fn sample(&mut self, line: &str) -> Result<(), String> {
        let (series, value) = read_sample(line)?;
        let open = self.open.as_mut().ok_or("a sample without a family")?;
        let kind = open.kind.as_deref().ok_or("a sample without a TYPE")?;
        let suffix = series
            .name
            .strip_prefix(open.name.as_str())
            .ok_or("a sample of another family")?;
        if !suffixes(kind, self.format).contains(&suffix) {
            return Err(format!("a {kind} has no sample named {}", series.name));
        }
        if matches!(suffix, "_bucket") != series.labels.contains_key("le") {
            return Err("le belongs to buckets".to_owned());
        }
        if kind == "info" && value.to_bits() != 1_f64.to_bits() {
            return Err("an info is 1".to_owned());
        }
        open.has_samples = true;
        match self.page.samples.insert(series, value) {
            Some(_) => Err("a series for the second time".to_owned()),
            None => Ok(()),
        }
    }

    /// Ends the family that is open.
    fn close(&mut self) -> Result<(), String> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let (Some(kind), Some(help)) = (open.kind, open.help) else {
            return Err(format!("{} lacks HELP or TYPE", open.name));
        };
        if !open.has_samples {
            return Err(format!("{} has no samples", open.name));
        }
        let suffix = match (kind.as_str(), self.format) {
            ("info", _) => "_info",
            ("counter", Format::OpenMetrics) => "_total",
            _ => "",
        };
        let name = open.name + suffix;
        match self
            .page
            .families
            .insert(name.clone(), Family { kind, help })
        {
            Some(_) => Err(format!("{name} comes in two places")),
            None => Ok(()),
        }
    }
}

fn suffixes(kind: &str, format: Format) -> &'static [&'static str] {
    match (kind, format) {
        ("info", _) => &["_info"],
        ("counter", Format::OpenMetrics) => &["_total"],
        ("histogram", _) => &["_bucket", "_sum", "_count"],
        _ => &[""],
    }
}

fn check_kind(kind: &str, format: Format) -> Result<(), String> {
    let known = match format {
        Format::Text => ["counter", "gauge", "histogram"].as_slice(),
        Format::OpenMetrics => &["counter", "gauge", "histogram", "info"],
    };
    if known.contains(&kind) {
        Ok(())
    } else {
        Err(format!("the type {kind} is unknown"))
    }
}

fn check_name(name: &str, colons: bool) -> Result<(), String> {
    let first = name.bytes().next().ok_or("an empty name")?;
    let good = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || (colons && b == b':');
    if !first.is_ascii_digit() && name.bytes().all(good) {
        Ok(())
    } else {
        Err(format!("{name:?} is no name"))
    }
}

/// `name{key="value",...} number`, with exactly these spaces, and no timestamp.
fn read_sample(line: &str) -> Result<(Series, f64), String> {
    let end = line.find(['{', ' ']).ok_or("neither labels nor a value")?;
    let (name, mut rest) = line.split_at(end);
    check_name(name, true)?;
    let mut labels = BTreeMap::new();
    if let Some(mut inside) = rest.strip_prefix('{') {
        while !inside.starts_with('}') {
            let (key, value, after) = read_label(inside)?;
            if labels.insert(key, value).is_some() {
                return Err("a label twice".to_owned());
            }
            inside = match after.strip_prefix(',') {
                Some(next) if !next.starts_with('}') => next,
                Some(_) => return Err("a comma too many".to_owned()),
                None => after,
            };
        }
        rest = &inside[1..];
    }
    let value = rest.strip_prefix(' ').ok_or("no space before the value")?;
    Ok((
        Series {
            name: name.to_owned(),
            labels,
        },
        read_value(value)?,
    ))
}

/// Key, value and what follows.
fn read_label(text: &str) -> Result<(String, String, &str), String> {
    let (key, rest) = text.split_once("=\"").ok_or("a label without a value")?;
    check_name(key, false)?;
    let mut escaped = false;
    let end = rest.find(|c| {
        let ends = !escaped && c == '"';
        escaped = !escaped && c == '\\';
        ends
    });
    let end = end.ok_or("a label value without an end")?;
    let after = &rest[end + 1..];
    if !after.starts_with([',', '}']) {
        return Err("neither a comma nor an end behind a label".to_owned());
    }
    Ok((key.to_owned(), unescape(&rest[..end], true)?, after))
}

/// `\\`, `\n` and, where it may occur, `\"`; nothing else.
fn unescape(text: &str, quotes: bool) -> Result<String, String> {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next() {
                Some('\\') => '\\',
                Some('n') => '\n',
                Some('"') if quotes => '"',
                other => return Err(format!("the escape {other:?} does not exist")),
            },
            '"' if quotes => return Err("a quote that is not escaped".to_owned()),
            c => c,
        });
    }
    Ok(plain)
}

fn read_value(text: &str) -> Result<f64, String> {
    match text {
        "+Inf" => Ok(f64::INFINITY),
        "-Inf" => Ok(f64::NEG_INFINITY),
        "NaN" => Ok(f64::NAN),
        _ if text
            .bytes()
            .all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) =>
        {
            text.parse().map_err(|_| format!("{text:?} is no number"))
        }
        _ => Err(format!("{text:?} is no number, or has a timestamp")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, Page, Series};

    const GOOD: &str = "# HELP a_total An \"a\".\\n\n# TYPE a_total counter\na_total{x=\"q\\\"\\\\\\n{,}\"} 1\na_total 2e3\n";

    #[test]
    fn a_good_page_is_read() {
        let page = Page::read(GOOD, Format::Text).unwrap();
        assert_eq!(
            page.samples[&Series::new("a_total", [("x", "q\"\\\n{,}")])].to_bits(),
            1_f64.to_bits()
        );
        let open = "# TYPE a info\n# HELP a An \\\"a\\\".\na_info{} 1\n# EOF\n";
        assert_eq!(
            Page::read(open, Format::OpenMetrics).unwrap().families["a_info"].help,
            "An \"a\"."
        );
    }

    #[test]
    fn a_page_that_breaks_a_rule_is_refused() {
        let head = "# HELP a b\n# TYPE a gauge\n";
        for (rule, page) in [
            (
                "duplicate",
                format!("{head}a{{x=\"1\"}} 1\na{{x=\"1\"}} 2\n"),
            ),
            ("timestamp", format!("{head}a 1 1700000000000\n")),
            ("order", "# TYPE a gauge\n# HELP a b\na 1\n".to_owned()),
            (
                "interleaved",
                format!("{head}a 1\n# HELP c d\n# TYPE c gauge\nc 1\n{head}a{{x=\"1\"}} 1\n"),
            ),
            ("foreign", format!("{head}b 1\n")),
            ("no help", "# TYPE a gauge\na 1\n".to_owned()),
            ("no samples", head.to_owned()),
            ("escape", format!("{head}a{{x=\"\\t\"}} 1\n")),
            ("trailing comma", format!("{head}a{{x=\"1\",}} 1\n")),
            ("no newline", format!("{head}a 1")),
            ("empty line", format!("{head}a 1\n\n")),
            ("value", format!("{head}a one\n")),
            (
                "info in text",
                "# HELP a b\n# TYPE a info\na_info 1\n".to_owned(),
            ),
        ] {
            assert!(Page::read(&page, Format::Text).is_err(), "{rule}");
        }
        assert!(
            Page::read(&format!("{head}a 1\n"), Format::OpenMetrics).is_err(),
            "no EOF"
        );
        assert!(
            Page::read(&format!("{head}a 1\n# EOF\na 2\n"), Format::OpenMetrics).is_err(),
            "after EOF"
        );
    }
}

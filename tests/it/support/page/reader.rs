//! Which lines may follow which: families in one place each, with their comments before their
//! samples.

use super::syntax::{check_name, read_sample, unescape};
use super::{Family, Format, Page};

/// Reads a page line by line.
pub(super) fn read(text: &str, format: Format) -> Result<Page, String> {
    let body = text
        .strip_suffix('\n')
        .ok_or("the last line does not end")?;
    let mut reader = Reader {
        format,
        page: Page::default(),
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

/// A page being read.
struct Reader {
    format: Format,
    page: Page,
    open: Option<Open>,
    ended: bool,
}

/// The family whose lines are being read.
struct Open {
    /// The name of the family in its comments, which samples extend.
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
            self.open = Some(Open {
                name: name.to_owned(),
                help: None,
                kind: None,
                has_unit: false,
                has_samples: false,
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

    /// Ends the open family, and checks that it is complete.
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

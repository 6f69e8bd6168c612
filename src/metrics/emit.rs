//! Writes samples of one family: the same bytes for OpenMetrics and for the text format.
//!
//! This is the hot loop of a refresh: values are compared with those of the line before, and only new ones are looked at.

use std::borrow::Cow;

use crate::model::{Count, Timestamp};

use super::family::{Family, Per};
use super::lines::{Deflated, Lines};

/// Where a family's samples go.
#[derive(Debug)]
pub struct Samples {
    lines: Lines,
    /// What stands before each value: the first starts the line, the last goes before the number.
    fixed: Vec<String>,
    /// Whose samples these are, escaped; nothing for a family of targets.
    instance_id: Option<String>,
    labels: &'static [&'static str],
    /// Whether it was the same for the sample before.
    same_instance: bool,
    /// Whether a value had to be escaped: from then on, a value that is written like the one before may be another.
    escaped: bool,
    scratch: Vec<u8>,
}

/// A number as a sample has it.
pub trait Value {
    /// Appends it.
    fn write(&self, out: &mut Vec<u8>);
}

// === impl Samples ===

impl Samples {
    /// Samples of `family` for one target.
    pub fn new(family: &Family, account_id: &str, region: &str) -> Self {
        let of_instances = matches!(family.samples, Per::Instance(_));
        let names = of_instances.then_some("instance_id").into_iter().chain(family.labels.iter().copied());
        let mut fixed = format!("{}{{account_id=\"{}\",region=\"{}", family.name, escaped(account_id), escaped(region));
        let mut all = Vec::new();
        for name in names {
            fixed.push_str("\",");
            fixed.push_str(name);
            fixed.push_str("=\"");
            all.push(std::mem::take(&mut fixed));
        }
        fixed.push_str("\"} ");
        all.push(fixed);
        Self {
            lines: Lines::new(all.len()),
            fixed: all,
            instance_id: of_instances.then(String::new),
            labels: family.labels,
            same_instance: false,
            escaped: false,
            scratch: Vec::new(),
        }
    }

    /// The samples from here on are of this instance; its id comes escaped.
    pub fn of_instance(&mut self, instance_id: &str) {
        let id = self.instance_id.get_or_insert_default();
        id.clear();
        id.push_str(instance_id);
        self.same_instance = false;
    }

    /// One sample: the values of the family's own labels, in the order of the catalogue.
    #[expect(clippy::needless_pass_by_value, reason = "numbers, written where they stand")]
    pub fn sample(&mut self, labels: &[&str], value: impl Value) {
        debug_assert_eq!(labels.len(), self.labels.len(), "{:?} has other labels", self.fixed);
        let mut fixed = self.fixed.iter();
        let mut next = || fixed.next().map_or("", String::as_str);
        if let Some(id) = &self.instance_id {
            self.lines.fixed(next());
            if self.same_instance {
                self.lines.same_again(id.len());
            } else {
                self.lines.value(id.as_bytes(), b'"', false);
                self.same_instance = true;
            }
        }
        for label in labels {
            self.lines.fixed(next());
            if !self.escaped && self.lines.same(label.as_bytes(), b'"') {
                continue;
            }
            let label = if is_special(label) {
                self.escaped = true;
                self.scratch.clear();
                escape(&mut self.scratch, label);
                &self.scratch
            } else {
                label.as_bytes()
            };
            self.lines.value(label, b'"', true);
        }
        self.lines.fixed(next());
        self.scratch.clear();
        value.write(&mut self.scratch);
        self.lines.value(&self.scratch, b'\n', false);
        self.lines.end();
    }

    /// A sample where there is a value.
    pub fn maybe(&mut self, labels: &[&str], value: Option<impl Value>) {
        if let Some(value) = value {
            self.sample(labels, value);
        }
    }

    /// The samples, compressed; `None` without any.
    pub(super) fn finish(self) -> Option<Deflated> {
        self.lines.finish()
    }
}

/// A label value as both formats write it; hardly ever another than it was.
pub(crate) fn escaped(value: &str) -> Cow<'_, str> {
    if !is_special(value) {
        return Cow::Borrowed(value);
    }
    let mut out = Vec::with_capacity(value.len() + 8);
    escape(&mut out, value);
    Cow::Owned(String::from_utf8(out).unwrap_or_default())
}

fn is_special(value: &str) -> bool {
    // Without an early exit the search is one of many bytes at once.
    value.bytes().fold(false, |special, b| special | matches!(b, b'"' | b'\\' | b'\n'))
}

fn escape(out: &mut Vec<u8>, value: &str) {
    if !is_special(value) {
        out.extend_from_slice(value.as_bytes());
        return;
    }
    for byte in value.bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            byte => out.push(byte),
        }
    }
}

// === impl Value ===

impl Value for u64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(itoa::Buffer::new().format(*self).as_bytes());
    }
}

impl Value for u32 {
    fn write(&self, out: &mut Vec<u8>) {
        u64::from(*self).write(out);
    }
}

impl Value for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(if *self { b'1' } else { b'0' });
    }
}

/// Seconds.
impl Value for std::time::Duration {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(ryu::Buffer::new().format_finite(self.as_secs_f64()).as_bytes());
    }
}

/// Seconds since the epoch.
impl Value for Timestamp {
    fn write(&self, out: &mut Vec<u8>) {
        let (seconds, millis) = (self.millis() / 1000, self.millis() % 1000);
        seconds.write(out);
        if millis > 0 {
            // A leading 1 keeps the zeros of the decimals in place.
            let at = out.len();
            (1000 + millis).write(out);
            out[at] = b'.';
            while out.last() == Some(&b'0') {
                out.pop();
            }
        }
    }
}

impl Count {
    /// The count as a value, if AWS gave one.
    pub fn value(self) -> Option<u32> {
        self.get()
    }
}

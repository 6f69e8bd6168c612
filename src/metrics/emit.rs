//! Writes samples of one family: the same bytes for OpenMetrics and for the text format.
//!
//! This is the hot loop of a refresh: what is the same as before is copied, and only new values are looked at.

use std::borrow::Cow;

use crate::model::{Count, Timestamp};

use super::family::{Family, Per};
use super::lines::{Deflated, Lines};

/// Where a family's samples go. Borrows the labels of what it shows, to know them again.
#[derive(Debug)]
pub struct Samples<'a> {
    lines: Lines<'a>,
    /// What each line starts with, up to the first value that differs.
    start: String,
    /// Whose samples these are, escaped; nothing for a family of targets.
    instance_id: Option<String>,
    /// Whether it was the same for the sample before.
    same_instance: bool,
    labels: &'static [&'static str],
    number: Vec<u8>,
}

/// A number as a sample has it.
pub trait Value {
    /// Appends it.
    fn write(&self, out: &mut Vec<u8>);

    /// The number, if it is a single digit, as most are.
    fn digit(&self) -> Option<u8> {
        None
    }
}

// === impl Samples ===

impl<'a> Samples<'a> {
    /// Samples of `family` for one target.
    pub fn new(family: &Family, account_id: &str, region: &str) -> Self {
        let of_instances = matches!(family.samples, Per::Instance(_));
        let instance_id = if of_instances { "\",instance_id=\"" } else { "" };
        let (account_id, region) = (escaped(account_id), escaped(region));
        Self {
            lines: Lines::new(),
            start: format!("{}{{account_id=\"{account_id}\",region=\"{region}{instance_id}", family.name),
            instance_id: of_instances.then(String::new),
            same_instance: false,
            labels: family.labels,
            number: Vec::new(),
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
    pub fn sample(&mut self, labels: &[&'a str], value: impl Value) {
        self.sample_of(&[labels], value);
    }

    /// One sample, its labels in groups that repeat each for itself. Every sample of a family has the same groups.
    #[expect(clippy::needless_pass_by_value, reason = "numbers, written where they stand")]
    pub fn sample_of(&mut self, groups: &[&[&'a str]], value: impl Value) {
        debug_assert_eq!(groups.concat().len(), self.labels.len(), "{:?} has other labels", self.start);
        self.lines.fixed(&self.start);
        if let Some(id) = &self.instance_id {
            if self.same_instance {
                self.lines.same_again(id.len());
            } else {
                self.lines.new_value(id.as_bytes());
                self.same_instance = true;
            }
        }
        let mut names = self.labels;
        for group in groups {
            let Some((these, rest)) = names.split_at_checked(group.len()) else { break };
            if !group.is_empty() {
                self.lines.made_of(group, b'"', |out| write_labels(out, these, group));
            }
            names = rest;
        }
        self.lines.fixed("\"} ");
        if let Some(digit) = value.digit() {
            self.lines.byte(b'0' + digit, b'\n');
        } else {
            self.number.clear();
            value.write(&mut self.number);
            self.lines.value(&self.number, b'\n');
        }
        self.lines.end();
    }

    /// A sample where there is a value.
    pub fn maybe(&mut self, labels: &[&'a str], value: Option<impl Value>) {
        if let Some(value) = value {
            self.sample(labels, value);
        }
    }

    /// The samples, compressed; `None` without any.
    pub(super) fn finish(self) -> Option<Deflated> {
        self.lines.finish()
    }
}

/// Labels as they stand after another one, all but the last quote.
fn write_labels(out: &mut Vec<u8>, names: &[&str], values: &[&str]) {
    for (name, value) in names.iter().zip(values) {
        out.extend_from_slice(b"\",");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"=\"");
        escape(out, value);
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

    #[inline]
    fn digit(&self) -> Option<u8> {
        u8::try_from(*self).ok().filter(|digit| *digit < 10)
    }
}

impl Value for u32 {
    fn write(&self, out: &mut Vec<u8>) {
        u64::from(*self).write(out);
    }

    #[inline]
    fn digit(&self) -> Option<u8> {
        u64::from(*self).digit()
    }
}

impl Value for bool {
    fn write(&self, out: &mut Vec<u8>) {
        u64::from(*self).write(out);
    }

    #[inline]
    fn digit(&self) -> Option<u8> {
        Some(u8::from(*self))
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

//! Writes samples of one family: the same bytes for OpenMetrics and for the text format.
//!
//! This is the hot loop of a refresh: it appends to one buffer and formats numbers without allocating.

use std::borrow::Cow;

use crate::model::{Count, Timestamp};

use super::family::Family;

/// Where a family's samples go.
#[derive(Debug)]
pub struct Samples<'a> {
    out: &'a mut Vec<u8>,
    /// What each line starts with: the name and the identity labels.
    head: String,
    /// The part of it that is the same for every instance.
    target: usize,
    labels: &'static [&'static str],
    count: u64,
}

/// A number as a sample has it.
pub trait Value {
    /// Appends it.
    fn write(&self, out: &mut Vec<u8>);
}

// === impl Samples ===

impl<'a> Samples<'a> {
    /// Samples of `family` for one target.
    pub fn new(out: &'a mut Vec<u8>, family: &Family, account_id: &str, region: &str) -> Self {
        let head = format!("{}{{account_id=\"{}\",region=\"{}\"", family.name, escaped(account_id), escaped(region));
        Self { out, target: head.len(), head, labels: family.labels, count: 0 }
    }

    /// The samples from here on are of this instance; its id comes escaped.
    pub fn of_instance(&mut self, instance_id: &str) {
        self.head.truncate(self.target);
        self.head.push_str(",instance_id=\"");
        self.head.push_str(instance_id);
        self.head.push('"');
    }

    /// One sample: the values of the family's own labels, in the order of the catalogue.
    #[expect(clippy::needless_pass_by_value, reason = "numbers, written where they stand")]
    pub fn sample(&mut self, labels: &[&str], value: impl Value) {
        debug_assert_eq!(labels.len(), self.labels.len(), "{} has other labels", self.head);
        self.out.extend_from_slice(self.head.as_bytes());
        for (name, value) in self.labels.iter().zip(labels) {
            self.out.push(b',');
            self.out.extend_from_slice(name.as_bytes());
            self.out.extend_from_slice(b"=\"");
            escape(self.out, value);
            self.out.push(b'"');
        }
        self.out.extend_from_slice(b"} ");
        value.write(self.out);
        self.out.push(b'\n');
        self.count += 1;
    }

    /// A sample where there is a value.
    pub fn maybe(&mut self, labels: &[&str], value: Option<impl Value>) {
        if let Some(value) = value {
            self.sample(labels, value);
        }
    }

    /// How many samples were written.
    pub fn count(&self) -> u64 {
        self.count
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

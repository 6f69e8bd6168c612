//! Writes samples of one family: the same bytes for OpenMetrics and for the text format.

use std::borrow::Cow;

use crate::model::{Count, Timestamp};

use super::deflate::{Deflater, Fragment};
use super::family::{Family, Per};
use super::target_view::Identity;

/// Where a family's samples go: to the compressor, some of them at a time.
#[derive(Debug)]
pub struct Samples<'a> {
    deflater: &'a mut Deflater,
    /// What each line starts with: the name, and whose samples these are.
    start: String,
    /// How much of it is the same for all instances.
    of_target: usize,
    /// The family's own labels, each with what stands before its value.
    labels: Vec<String>,
    /// Lines that are not compressed yet.
    text: Vec<u8>,
    series: u64,
}

/// Text that is compressed at once.
const BLOCK: usize = 32 * 1024;

/// A number as a sample has it.
pub trait Value {
    /// Appends it.
    fn write(&self, out: &mut Vec<u8>);
}

// === impl Samples ===

impl<'a> Samples<'a> {
    /// Samples of `family` for one target.
    pub(super) fn new(family: &Family, target: &Identity, deflater: &'a mut Deflater) -> Self {
        let (account_id, region) = (escaped(&target.account_id), escaped(&target.region));
        let mut start = format!(
            "{}{{account_id=\"{account_id}\",region=\"{region}\"",
            family.name
        );
        if let Per::Instance(_) = family.samples {
            start.push_str(",instance_id=\"");
        }
        let labels = family
            .labels
            .iter()
            .map(|name| format!(",{name}=\""))
            .collect();
        Self {
            deflater,
            of_target: start.len(),
            start,
            labels,
            text: Vec::with_capacity(BLOCK + BLOCK / 8),
            series: 0,
        }
    }

    /// The samples from here on are of this instance; its id comes escaped.
    pub(super) fn of_instance(&mut self, instance_id: &str) {
        self.start.truncate(self.of_target);
        self.start.push_str(instance_id);
        self.start.push('"');
    }

    /// One sample: the values of the family's own labels, in the order of the catalogue.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "numbers, written where they stand"
    )]
    pub fn sample(&mut self, labels: &[&str], value: impl Value) {
        debug_assert_eq!(
            labels.len(),
            self.labels.len(),
            "{:?} has other labels",
            self.start
        );
        self.text.extend_from_slice(self.start.as_bytes());
        for (name, value) in self.labels.iter().zip(labels) {
            self.text.extend_from_slice(name.as_bytes());
            escape(&mut self.text, value);
            self.text.push(b'"');
        }
        self.text.extend_from_slice(b"} ");
        value.write(&mut self.text);
        self.text.push(b'\n');
        self.series += 1;
        if self.text.len() >= BLOCK {
            self.deflate();
        }
    }

    /// A sample where there is a value.
    pub fn maybe(&mut self, labels: &[&str], value: Option<impl Value>) {
        if let Some(value) = value {
            self.sample(labels, value);
        }
    }

    fn deflate(&mut self) {
        self.deflater.write(&self.text);
        self.text.clear();
    }

    /// The samples, compressed, and how many they are; `None` without any.
    pub(super) fn finish(mut self) -> Option<(Fragment, u64)> {
        self.deflate();
        (self.series > 0).then(|| (self.deflater.fragment(), self.series))
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
    value.bytes().fold(false, |special, b| {
        special | matches!(b, b'"' | b'\\' | b'\n')
    })
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
        u64::from(*self).write(out);
    }
}

/// Seconds.
impl Value for std::time::Duration {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(
            ryu::Buffer::new()
                .format_finite(self.as_secs_f64())
                .as_bytes(),
        );
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

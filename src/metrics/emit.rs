//! Writes the samples of one family: the same bytes for `OpenMetrics` and for the text format.

use std::borrow::Cow;
use std::time::Duration;

use super::deflate::{Deflater, Fragment};
use super::family::{Family, SampleSource};
use super::target_view::TargetView;
use crate::model::{Count, Timestamp};

/// Text that is compressed at once.
const BLOCK_BYTES: usize = 32 * 1024;

/// Room for the line that makes a block full.
const LINE_BYTES: usize = 4 * 1024;

/// Where the samples of a family go: to the compressor, a block at a time.
#[derive(Debug)]
pub struct Samples<'a> {
    deflater: &'a mut Deflater,
    /// What each line starts with: the name, and whose samples these are.
    start: String,
    /// How much of the start is the same for all instances.
    target_start_bytes: usize,
    /// The family's own labels, each with what stands before its value.
    labels: Vec<String>,
    /// Lines that are not compressed yet.
    text: Vec<u8>,
    series: u64,
}

/// A number as a sample has it.
pub trait Value {
    /// Appends the number to a line.
    fn write(&self, line: &mut Vec<u8>);
}

// === impl Samples ===

impl<'a> Samples<'a> {
    /// Samples of `family` for one target.
    pub(super) fn new(family: &Family, view: &TargetView<'_>, deflater: &'a mut Deflater) -> Self {
        let account_id = escaped(&view.identity.account_id);
        let region = escaped(&view.identity.region);
        let name = family.name;
        let mut start = format!("{name}{{account_id=\"{account_id}\",region=\"{region}\"");
        if let SampleSource::Instance(_) = family.samples {
            start.push_str(",instance_id=\"");
        }
        let labels = family.labels.names(view.policy);
        Self {
            deflater,
            target_start_bytes: start.len(),
            start,
            labels: labels.map(|label| format!(",{label}=\"")).collect(),
            text: Vec::with_capacity(BLOCK_BYTES + LINE_BYTES),
            series: 0,
        }
    }

    /// Says that the samples from here on are of this instance. Its id comes escaped.
    pub(super) fn start_instance(&mut self, instance_id: &str) {
        self.start.truncate(self.target_start_bytes);
        self.start.push_str(instance_id);
        self.start.push('"');
    }

    /// Writes one sample. `labels` are the values of the family's own labels, in their order.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "values are numbers, written where they stand"
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
        if self.text.len() >= BLOCK_BYTES {
            self.deflate();
        }
    }

    /// Writes a sample if there is a value.
    pub fn maybe(&mut self, labels: &[&str], value: Option<impl Value>) {
        if let Some(value) = value {
            self.sample(labels, value);
        }
    }

    fn deflate(&mut self) {
        self.deflater.write(&self.text);
        self.text.clear();
    }

    /// The samples, compressed, and how many they are; `None` if there are none.
    pub(super) fn finish(mut self) -> Option<(Fragment, u64)> {
        self.deflate();
        (self.series > 0).then(|| (self.deflater.fragment(), self.series))
    }
}

// === label values ===

/// A label value as both formats write it, which is hardly ever another than it was.
pub(super) fn escaped(value: &str) -> Cow<'_, str> {
    if !has_special(value) {
        return Cow::Borrowed(value);
    }
    let mut escaped = Vec::with_capacity(value.len() + 8);
    escape(&mut escaped, value);
    Cow::Owned(String::from_utf8(escaped).unwrap_or_default())
}

fn has_special(value: &str) -> bool {
    // Without an early exit the compiler looks at many bytes at once.
    value
        .bytes()
        .fold(false, |found, byte| found | is_special(byte))
}

const fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | b'\n')
}

fn escape(line: &mut Vec<u8>, value: &str) {
    if !has_special(value) {
        line.extend_from_slice(value.as_bytes());
        return;
    }
    for byte in value.bytes() {
        match byte {
            b'"' => line.extend_from_slice(b"\\\""),
            b'\\' => line.extend_from_slice(b"\\\\"),
            b'\n' => line.extend_from_slice(b"\\n"),
            byte => line.push(byte),
        }
    }
}

// === impl Value ===

impl Value for u64 {
    fn write(&self, line: &mut Vec<u8>) {
        line.extend_from_slice(itoa::Buffer::new().format(*self).as_bytes());
    }
}

impl Value for u32 {
    fn write(&self, line: &mut Vec<u8>) {
        u64::from(*self).write(line);
    }
}

impl Value for bool {
    fn write(&self, line: &mut Vec<u8>) {
        u64::from(*self).write(line);
    }
}

/// Seconds.
impl Value for Duration {
    fn write(&self, line: &mut Vec<u8>) {
        let mut buffer = ryu::Buffer::new();
        line.extend_from_slice(buffer.format_finite(self.as_secs_f64()).as_bytes());
    }
}

/// Seconds since the epoch, with as many decimals as are needed.
impl Value for Timestamp {
    fn write(&self, line: &mut Vec<u8>) {
        let seconds = self.millis() / 1000;
        let millis = self.millis() % 1000;
        seconds.write(line);
        if millis > 0 {
            // The leading 1 keeps the zeros of the decimals, and becomes the point.
            let point = line.len();
            (1000 + millis).write(line);
            line[point] = b'.';
            while line.last() == Some(&b'0') {
                line.pop();
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

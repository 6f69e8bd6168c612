//! Writes the samples of one family: the same bytes for `OpenMetrics` and for the text format.

use std::borrow::Cow;
use std::time::Duration;

use super::deflate::{Deflater, Fragment};
use super::target_view::Identity;
use crate::model::Timestamp;

/// The text is handed to the compressor in blocks of this size.
// A block stays in the processor's cache until it is compressed, and the text of a large fleet
// (tens of megabytes) never exists as a whole. Deflate finds repetitions within 32 KiB
// (RFC 1951, section 2), so a smaller block would save little.
const BLOCK_BYTES: usize = 32 * 1024;

/// Room for the line that fills a block, so that the buffer does not have to grow for it.
const LINE_BYTES: usize = 4 * 1024;

/// Takes the samples of one family, and hands them to the compressor a block at a time.
#[derive(Debug)]
pub struct Samples<'a> {
    deflater: &'a mut Deflater,
    /// The start of each line: the name of the family, and the labels of the target and instance.
    start: String,
    /// The length of that part of `start` which is the same for all instances of the target.
    target_start_bytes: usize,
    /// The names of the family's own labels, each with the punctuation up to its value.
    labels: Vec<String>,
    /// The lines that are not compressed yet.
    text: Vec<u8>,
    series: u64,
}

/// A number that can be the value of a sample.
pub trait Value {
    /// Appends the number to a line.
    fn write(&self, line: &mut Vec<u8>);
}

// === impl Samples ===

impl<'a> Samples<'a> {
    /// Samples that describe the target as a whole. `labels` names the family's own labels.
    pub(super) fn new<'b>(
        name: &str,
        identity: &Identity,
        labels: impl Iterator<Item = &'b str>,
        deflater: &'a mut Deflater,
    ) -> Self {
        let start = target_start(name, identity);
        Self {
            deflater,
            target_start_bytes: start.len(),
            start,
            labels: labels.map(label_start).collect(),
            text: Vec::with_capacity(BLOCK_BYTES + LINE_BYTES),
            series: 0,
        }
    }

    /// Makes them samples that describe the target's instances. Those of each instance begin with
    /// [`start_instance`](Self::start_instance).
    pub(super) fn of_instances(mut self) -> Self {
        // The label is not `instance`: Prometheus attaches that one itself, and would rename ours
        // to `exported_instance` ("honor_labels" in Prometheus' configuration).
        self.start.push_str("\",instance_id=\"");
        self.target_start_bytes = self.start.len();
        self
    }

    /// Says that the samples from here on describe this instance. The id must be escaped already.
    pub(super) fn start_instance(&mut self, instance_id: &str) {
        self.start.truncate(self.target_start_bytes);
        self.start.push_str(instance_id);
    }

    /// Writes one sample. `labels` are the values of the family's own labels, in their order.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "values are numbers, and callers pass them as literals and results"
    )]
    pub fn sample(&mut self, labels: &[&str], value: impl Value) {
        debug_assert_eq!(
            labels.len(),
            self.labels.len(),
            "{:?} has other labels",
            self.start
        );
        self.text.extend_from_slice(self.start.as_bytes());
        self.write_labels(labels);
        self.text.extend_from_slice(b"\"} ");
        value.write(&mut self.text);
        // No timestamp follows. Prometheus does not track the staleness of series that have one
        // ("Querying basics"), so an instance that is gone would be shown for five minutes more.
        self.text.push(b'\n');
        self.series += 1;
        if self.text.len() >= BLOCK_BYTES {
            self.deflate();
        }
    }

    fn write_labels(&mut self, values: &[&str]) {
        for (name, value) in self.labels.iter().zip(values) {
            // A label is written even if its value is empty. Prometheus takes that for an absent
            // label, and every series of a family has the same labels for all other readers.
            self.text.extend_from_slice(name.as_bytes());
            escape(&mut self.text, value);
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

    /// The compressed samples and their number, or `None` if there are none.
    pub(super) fn finish(mut self) -> Option<(Fragment, u64)> {
        self.deflate();
        // Even an empty fragment costs the bytes of a flush, for every family and group of chunks.
        (self.series > 0).then(|| (self.deflater.fragment(), self.series))
    }
}

/// The name of the family and the labels of the target, without the quote that ends the last of
/// them. Whatever follows begins with that quote, so each label is two pieces and not three.
fn target_start(name: &str, identity: &Identity) -> String {
    let account_id = escaped(&identity.account_id);
    let region = escaped(&identity.region);
    format!("{name}{{account_id=\"{account_id}\",region=\"{region}")
}

/// The end of the label before one of the family's own, and that one up to its value.
fn label_start(name: &str) -> String {
    format!("\",{name}=\"")
}

// === label values ===

/// A label value as both formats write it. Hardly any value needs a change, and so a copy.
pub(super) fn escaped(value: &str) -> Cow<'_, str> {
    if has_special(value) {
        Cow::Owned(escaped_copy(value))
    } else {
        Cow::Borrowed(value)
    }
}

fn escaped_copy(value: &str) -> String {
    let mut escaped = Vec::with_capacity(value.len() + 8);
    escape(&mut escaped, value);
    // Escaping adds only ASCII, so the bytes are UTF-8 still.
    String::from_utf8(escaped).unwrap_or_default()
}

fn has_special(value: &str) -> bool {
    // `any` would stop at the first match, and then the compiler cannot compare many bytes at once.
    // Nearly every value has none, so there is hardly ever a match to stop at.
    value
        .bytes()
        .fold(false, |found, byte| found | is_special(byte))
}

// Both the text format ("Exposition formats") and OpenMetrics 1.0 escape exactly these three in a
// label value. Names that people give to instances or baselines may contain any of them.
const fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | b'\n')
}

fn escape(line: &mut Vec<u8>, value: &str) {
    if !has_special(value) {
        line.extend_from_slice(value.as_bytes());
        return;
    }
    for byte in value.bytes() {
        push_escaped(line, byte);
    }
}

fn push_escaped(line: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => line.extend_from_slice(b"\\\""),
        b'\\' => line.extend_from_slice(b"\\\\"),
        b'\n' => line.extend_from_slice(b"\\n"),
        byte => line.push(byte),
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

/// A duration is written in seconds.
// Prometheus wants base units ("Metric and label naming"), which for time are seconds.
impl Value for Duration {
    fn write(&self, line: &mut Vec<u8>) {
        let mut buffer = ryu::Buffer::new();
        line.extend_from_slice(buffer.format_finite(self.as_secs_f64()).as_bytes());
    }
}

/// A timestamp is written in seconds since the epoch, with as many decimals as are needed.
// It is written from integers, which takes less time than to print a float: an instance has up to
// six timestamps, and they are the longest values on the page.
impl Value for Timestamp {
    fn write(&self, line: &mut Vec<u8>) {
        let seconds = self.millis() / 1000;
        let millis = self.millis() % 1000;
        seconds.write(line);
        if millis > 0 {
            write_decimals(millis, line);
        }
    }
}

fn write_decimals(millis: u64, line: &mut Vec<u8>) {
    // The leading 1 keeps the zeros before the first other digit; then the point replaces it.
    let point = line.len();
    (1000 + millis).write(line);
    line[point] = b'.';
    while line.last() == Some(&b'0') {
        line.pop();
    }
}

//! The page: every family's header and the samples of all targets, which are joined when the page
//! is first asked for.

use std::iter;
use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};

use super::deflate::{Checksum, Fragment, GZIP_HEADER};
use super::family::Format;
use super::target_page::Section;

/// Both formats, in the order in which a page keeps what differs between them.
// The order is that of the variants, because `format as usize` is the index.
pub(super) const FORMATS: [Format; 2] = [Format::OpenMetrics, Format::Text];

/// Fragments below this size are copied into one part with their neighbours.
// A fleet of many small targets has thousands of fragments of some hundred bytes. Each part costs
// every scrape a slice of a system call, and the copy is made once per page.
const MIN_PART_BYTES: usize = 4 * 1024;

/// What is served: the samples of all targets, under the headers of both formats.
///
/// A page never changes once it is published. A scrape that has begun is answered from the page
/// that it began with, however long the client takes.
#[derive(Debug, Default)]
pub struct Page {
    families: Vec<Arc<FamilyPage>>,
    /// The checksum and length of the text in each of [`FORMATS`].
    checksums: [Checksum; FORMATS.len()],
    /// The number of compressed bytes in each of [`FORMATS`].
    deflated_bytes: [u64; FORMATS.len()],
    /// The compressed bytes as they are sent. The first scrape joins them for all that follow.
    // They are not joined at the refresh: when hundreds of targets refresh between two scrapes, all
    // pages but the last would be joined in vain. Nor is a format joined that nobody asks for.
    parts: [OnceLock<Arc<[Bytes]>>; FORMATS.len()],
    /// The number of series of the fleet. Those of the exporter itself are added at the scrape.
    pub series: u64,
}

/// The header of a family in each of [`FORMATS`].
pub(super) type Headers = Arc<[Fragment; FORMATS.len()]>;

/// One family, with the samples of all targets that have it.
// A page goes family by family and then target by target, because all samples of a family must form
// one group under one header ("Exposition formats"). OpenMetrics 1.0 forbids interleaved families.
#[derive(Debug)]
pub(super) struct FamilyPage {
    headers: Headers,
    /// The samples of each target that has any; there is at least one.
    sections: Vec<Arc<Section>>,
    /// The checksum of the samples of all sections.
    checksum: Checksum,
    deflated_bytes: u64,
    series: u64,
}

/// The parts of a page while it is joined.
struct JoinedParts {
    parts: Vec<Bytes>,
    /// The small fragments since the last part.
    small: BytesMut,
}

// === impl FamilyPage ===

impl FamilyPage {
    /// The samples of one family, under its headers.
    pub(super) fn new(headers: &Headers, sections: &[&Arc<Section>]) -> Self {
        let mut family = Self {
            headers: Arc::clone(headers),
            sections: Vec::with_capacity(sections.len()),
            checksum: Checksum::default(),
            deflated_bytes: 0,
            series: 0,
        };
        for section in sections {
            family.push(section);
        }
        family
    }

    fn push(&mut self, section: &Arc<Section>) {
        self.checksum = self.checksum.then(section.checksum());
        self.deflated_bytes += section.deflated_bytes();
        self.series += section.series;
        self.sections.push(Arc::clone(section));
    }

    /// Whether this is the family of these headers.
    pub(super) fn has_headers(&self, headers: &Headers) -> bool {
        Arc::ptr_eq(&self.headers, headers)
    }

    /// Whether the family is made of exactly these sections.
    // Comparing pointers is enough, because a target's page keeps the section of a family that did
    // not change. Comparing bytes would mean reading the whole page at every refresh.
    pub(super) fn has_sections(&self, sections: &[&Arc<Section>]) -> bool {
        let mut pairs = self.sections.iter().zip(sections);
        self.sections.len() == sections.len() && pairs.all(|(a, b)| Arc::ptr_eq(a, b))
    }

    fn fragments(&self, format: Format) -> impl Iterator<Item = &Fragment> {
        let samples = self.sections.iter().flat_map(|section| &section.fragments);
        iter::once(&self.headers[format as usize]).chain(samples)
    }
}

// === impl Page ===

impl Page {
    /// Adds a family behind the others.
    pub(super) fn push(&mut self, family: Arc<FamilyPage>) {
        for (index, header) in family.headers.iter().enumerate() {
            self.checksums[index] = self.checksums[index]
                .then(header.checksum)
                .then(family.checksum);
            self.deflated_bytes[index] += header.deflated_bytes() + family.deflated_bytes;
        }
        self.series += family.series;
        self.families.push(family);
    }

    /// The families that have samples, in the order of the catalogue.
    pub(super) fn families(&self) -> &[Arc<FamilyPage>] {
        &self.families
    }

    /// The length of the text in bytes, without the exporter's own metrics.
    pub fn text_length(&self, format: Format) -> u64 {
        self.checksum(format).length
    }

    /// The checksum and length of the text.
    pub(super) fn checksum(&self, format: Format) -> Checksum {
        self.checksums[format as usize]
    }

    /// The number of compressed bytes, without the exporter's own metrics and the gzip header.
    pub fn deflated(&self, format: Format) -> u64 {
        self.deflated_bytes[format as usize]
    }

    /// The compressed bytes in order, from the gzip header on.
    pub(super) fn parts(&self, format: Format) -> Arc<[Bytes]> {
        let parts = self.parts[format as usize].get_or_init(|| self.join(format));
        Arc::clone(parts)
    }

    fn join(&self, format: Format) -> Arc<[Bytes]> {
        let mut joined = JoinedParts::default();
        for family in &self.families {
            for fragment in family.fragments(format) {
                joined.push(&fragment.deflated);
            }
        }
        joined.finish()
    }
}

// === impl JoinedParts ===

impl Default for JoinedParts {
    fn default() -> Self {
        Self {
            parts: Vec::new(),
            small: BytesMut::from(GZIP_HEADER),
        }
    }
}

impl JoinedParts {
    fn push(&mut self, deflated: &Bytes) {
        if deflated.len() < MIN_PART_BYTES {
            self.small.extend_from_slice(deflated);
        } else {
            self.end_small();
            // A clone of `Bytes` shares the memory with the target's page.
            self.parts.push(deflated.clone());
        }
    }

    fn end_small(&mut self) {
        if !self.small.is_empty() {
            self.parts.push(self.small.split().freeze());
        }
    }

    fn finish(mut self) -> Arc<[Bytes]> {
        self.end_small();
        self.parts.into()
    }
}

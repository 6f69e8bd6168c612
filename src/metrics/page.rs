//! The page: every family's header and the samples of all targets, put together when it is asked
//! for.

use std::iter;
use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};

use super::deflate::{Checksum, Fragment, GZIP_HEADER};
use super::family::Format;
use super::target_page::Section;

/// Both formats, in the order in which a page keeps what differs between them.
pub(super) const FORMATS: [Format; 2] = [Format::OpenMetrics, Format::Text];

/// Fragments below this many bytes are copied to be with their neighbours, because one more part
/// costs a scrape more than so many bytes do.
const MIN_PART_BYTES: usize = 4 * 1024;

/// What is served: the samples of all targets, under the headers of both formats.
#[derive(Debug, Default)]
pub struct Page {
    families: Vec<Arc<FamilyPage>>,
    /// Checksum and length of the text in each of [`FORMATS`].
    checksums: [Checksum; FORMATS.len()],
    /// Compressed bytes in each of [`FORMATS`].
    deflated_bytes: [u64; FORMATS.len()],
    /// The compressed bytes as they are sent, put together by the first scrape for all that follow.
    parts: [OnceLock<Arc<[Bytes]>>; FORMATS.len()],
    /// Series of the fleet. The exporter's own are added at the scrape.
    pub series: u64,
}

/// The header of a family in each of [`FORMATS`].
pub(super) type Headers = Arc<[Fragment; FORMATS.len()]>;

/// One family of all targets that have it.
#[derive(Debug)]
pub(super) struct FamilyPage {
    headers: Headers,
    /// At least one.
    sections: Vec<Arc<Section>>,
    /// Checksum of the samples of all sections.
    checksum: Checksum,
    deflated_bytes: u64,
    series: u64,
}

// === impl FamilyPage ===

impl FamilyPage {
    /// The samples of one family, under its headers.
    pub(super) fn new(headers: &Headers, sections: &[&Arc<Section>]) -> Self {
        let checksums = sections.iter().map(|section| section.checksum());
        Self {
            headers: Arc::clone(headers),
            sections: sections.iter().copied().cloned().collect(),
            checksum: checksums.fold(Checksum::default(), Checksum::then),
            deflated_bytes: sections
                .iter()
                .map(|section| section.deflated_bytes())
                .sum(),
            series: sections.iter().map(|section| section.series).sum(),
        }
    }

    /// Whether it is the family of these headers.
    pub(super) fn has_headers(&self, headers: &Headers) -> bool {
        Arc::ptr_eq(&self.headers, headers)
    }

    /// Whether these are the very sections that it has.
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
    /// Adds a family after those that are there.
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

    /// The families, in the order of the catalogue.
    pub(super) fn families(&self) -> &[Arc<FamilyPage>] {
        &self.families
    }

    /// Bytes of the text, without the exporter's own metrics.
    pub fn text_length(&self, format: Format) -> u64 {
        self.checksum(format).length
    }

    /// Checksum and length of the text.
    pub(super) fn checksum(&self, format: Format) -> Checksum {
        self.checksums[format as usize]
    }

    /// Compressed bytes.
    pub fn deflated(&self, format: Format) -> u64 {
        self.deflated_bytes[format as usize]
    }

    /// The compressed bytes in order, from the gzip header on.
    pub(super) fn parts(&self, format: Format) -> Arc<[Bytes]> {
        let parts = self.parts[format as usize].get_or_init(|| self.join(format));
        Arc::clone(parts)
    }

    fn join(&self, format: Format) -> Arc<[Bytes]> {
        let mut parts = Vec::new();
        let mut small = BytesMut::from(GZIP_HEADER);
        let fragments = self
            .families
            .iter()
            .flat_map(|family| family.fragments(format));
        for Fragment { deflated, .. } in fragments {
            if deflated.len() < MIN_PART_BYTES {
                small.extend_from_slice(deflated);
                continue;
            }
            if !small.is_empty() {
                parts.push(small.split().freeze());
            }
            parts.push(deflated.clone());
        }
        if !small.is_empty() {
            parts.push(small.freeze());
        }
        parts.into()
    }
}

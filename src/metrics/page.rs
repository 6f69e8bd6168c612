//! The page: every family's header and samples, compressed when they change and put together when they are asked for.
//!
//! [`Renderer`] turns a target into a [`TargetPage`]; [`Publisher`] keeps one of each target and publishes the [`Page`]
//! of them all; a scrape takes the page as it is and adds the exporter's own metrics ([`Body`](super::Body)).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use bytes::{Bytes, BytesMut};

use super::catalogue::families;
use super::deflate::{Deflater, Piece, Sum};
use super::emit::{Samples, escaped};
use super::family::{Family, Format, Per};
use super::view::View;
use crate::model::Instance;

/// One target's samples, family by family in the order of the catalogue; `None` where it has none.
#[derive(Clone, Debug, Default)]
pub struct TargetPage(Vec<Option<Arc<Section>>>);

/// One target's samples of one family.
#[derive(Debug)]
pub(crate) struct Section {
    piece: Piece,
    series: u64,
}

/// Renders targets, keeping its buffers.
#[derive(Debug, Default)]
pub struct Renderer {
    deflater: Deflater,
    text: Vec<u8>,
}

/// What is served: the samples of all targets, under the headers of both formats.
#[derive(Debug, Default)]
pub struct Page {
    parts: Vec<Part>,
    /// Text of both formats, in the order of [`FORMATS`].
    sums: [Sum; 2],
    /// Compressed bytes of both formats.
    deflated: [u64; 2],
    /// Series of the fleet; the exporter's own are added at the scrape.
    pub series: u64,
}

/// A part of the page.
#[derive(Clone, Debug)]
enum Part {
    /// A family's header, in the order of [`FORMATS`].
    Header(Arc<[Piece; 2]>),
    Samples(Arc<Section>),
}

/// Keeps one page per target and publishes the page of them all.
#[derive(Debug)]
pub struct Publisher {
    headers: Vec<Arc<[Piece; 2]>>,
    targets: Mutex<BTreeMap<usize, TargetPage>>,
    page: ArcSwap<Page>,
}

const FORMATS: [Format; 2] = [Format::OpenMetrics, Format::Text];

// === impl Renderer ===

/// The instances of one chunk that are shown, each with its escaped id.
type Shown<'a> = Vec<(String, &'a Instance)>;

impl Renderer {
    /// Everything there is to show of a target.
    pub fn render(&mut self, view: &View<'_>) -> TargetPage {
        let shows = |instance: &&Instance| view.is_identified() && view.shows(instance);
        let chunks: Vec<Shown<'_>> = view
            .target
            .chunks()
            .iter()
            .map(|chunk| chunk.iter().filter(shows).map(|instance| (escaped(&instance.id), instance)).collect())
            .collect();
        TargetPage(families().map(|family| self.section(family, view, &chunks)).collect())
    }

    fn section(&mut self, family: &Family, view: &View<'_>, chunks: &[Shown<'_>]) -> Option<Arc<Section>> {
        let mut section = SectionBuilder::default();
        match family.samples {
            Per::Target(samples) => self.fragment(family, view, &mut section, |out| samples(view, out)),
            Per::Instance(samples) => {
                for chunk in chunks {
                    self.fragment(family, view, &mut section, |out| {
                        for (id, instance) in chunk {
                            out.of_instance(id);
                            samples(view, instance, out);
                        }
                    });
                }
            }
        }
        section.finish()
    }

    fn fragment(
        &mut self,
        family: &Family,
        view: &View<'_>,
        section: &mut SectionBuilder,
        write: impl FnOnce(&mut Samples<'_>),
    ) {
        self.text.clear();
        let mut samples = Samples::new(&mut self.text, family, &view.identity.account_id, &view.identity.region);
        write(&mut samples);
        section.series += samples.count();
        if !self.text.is_empty() {
            self.deflater.append(&self.text, &mut section.deflated);
            section.sum = section.sum.then(Sum::of(&self.text));
        }
    }
}

#[derive(Debug, Default)]
struct SectionBuilder {
    deflated: BytesMut,
    sum: Sum,
    series: u64,
}

impl SectionBuilder {
    fn finish(self) -> Option<Arc<Section>> {
        // A copy of the right size: the buffer has grown by doubling.
        let piece = Piece { deflated: Bytes::copy_from_slice(&self.deflated), sum: self.sum };
        (self.series > 0).then(|| Arc::new(Section { piece, series: self.series }))
    }
}

// === impl Publisher ===

impl Default for Publisher {
    fn default() -> Self {
        let mut deflater = Deflater::default();
        let mut header =
            |family: &Family| Arc::new(FORMATS.map(|format| deflater.piece(family.header(format).as_bytes())));
        Self { headers: families().map(&mut header).collect(), targets: Mutex::default(), page: ArcSwap::default() }
    }
}

impl Publisher {
    /// Shows a target's new page, in the place that is its own.
    pub fn publish(&self, place: usize, page: TargetPage) {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.insert(place, page);
        // Under the lock, so that an older page of all targets never replaces a newer one.
        self.page.store(Arc::new(self.assemble(&targets)));
    }

    /// Shows a target no more.
    pub fn withdraw(&self, place: usize) {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.remove(&place);
        self.page.store(Arc::new(self.assemble(&targets)));
    }

    /// The page as it is now.
    pub fn page(&self) -> Arc<Page> {
        self.page.load_full()
    }

    fn assemble(&self, targets: &BTreeMap<usize, TargetPage>) -> Page {
        let mut page = Page::default();
        for (at, header) in self.headers.iter().enumerate() {
            let mut sections = targets.values().filter_map(|target| target.0.get(at)?.as_ref()).peekable();
            if sections.peek().is_some() {
                page.push(Part::Header(Arc::clone(header)));
                sections.for_each(|section| page.push(Part::Samples(Arc::clone(section))));
            }
        }
        page
    }
}

// === impl Page ===

impl Page {
    fn push(&mut self, part: Part) {
        for (at, format) in FORMATS.into_iter().enumerate() {
            let piece = part.piece(format);
            self.sums[at] = self.sums[at].then(piece.sum);
            self.deflated[at] += piece.deflated.len() as u64;
        }
        if let Part::Samples(section) = &part {
            self.series += section.series;
        }
        self.parts.push(part);
    }

    /// Bytes of the text, without the exporter's own metrics.
    pub fn text_length(&self, format: Format) -> u64 {
        self.sum(format).length
    }

    /// Checksum and length of the text.
    pub(crate) fn sum(&self, format: Format) -> Sum {
        self.sums[format as usize]
    }

    /// Compressed bytes.
    pub fn deflated(&self, format: Format) -> u64 {
        self.deflated[format as usize]
    }

    /// The compressed parts, in order; `None` past the last.
    pub(crate) fn part(&self, at: usize, format: Format) -> Option<&Bytes> {
        self.parts.get(at).map(|part| &part.piece(format).deflated)
    }
}

impl Part {
    fn piece(&self, format: Format) -> &Piece {
        match self {
            Self::Header(pieces) => &pieces[format as usize],
            Self::Samples(section) => &section.piece,
        }
    }
}

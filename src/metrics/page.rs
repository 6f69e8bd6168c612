//! The page: every family's header and samples, compressed when they change and put together when they are asked for.
//!
//! A target is rendered to a [`TargetPage`]; [`Publisher`] keeps one of each target and publishes the [`Page`] of them all;
//! a scrape takes the page as it is and adds the exporter's own metrics ([`Body`](super::Body)).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use bytes::Bytes;

use super::catalogue::families;
use super::counts::Counts;
use super::deflate::{Piece, Sum, piece};
use super::emit::{Samples, escaped};
use super::family::{Family, Format, Per};
use super::lines::Deflated;
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

// === impl TargetPage ===

impl TargetPage {
    /// Everything there is to show of a target. What is as it was on its page `before` stays in its place.
    pub fn render(view: &View<'_>, before: Option<&Self>) -> Self {
        let samples = |family| Samples::new(family, &view.identity.account_id, &view.identity.region);
        let mut families: Vec<(&Family, Samples)> = families().map(|family| (family, samples(family))).collect();
        let mut counts = Counts::new(view);
        // Chunk by chunk, not family by family: what is known of a chunk's instances is still at hand for the next family.
        for chunk in view.target.chunks().iter() {
            chunk.iter().for_each(|instance| counts.add(view, instance));
            let shown: Shown<'_> = chunk
                .iter()
                .filter(|instance| view.is_identified() && view.shows(instance))
                .map(|instance| (escaped(&instance.id), instance))
                .collect();
            for (family, out) in &mut families {
                if let Per::Instance(samples) = family.samples {
                    for (id, instance) in &shown {
                        out.of_instance(id);
                        samples(view, instance, out);
                    }
                }
            }
        }
        for (family, out) in &mut families {
            if let Per::Target(samples) = family.samples {
                samples(view, &counts, out);
            }
        }
        let before = |at: usize| before.and_then(|page| page.0.get(at)?.as_ref());
        let sections =
            families.into_iter().enumerate().map(|(at, (_, out))| Some(Section::new(out.finish()?, before(at))));
        Self(sections.collect())
    }
}

/// The instances of one chunk that are shown, each with its escaped id.
type Shown<'a> = Vec<(Cow<'a, str>, &'a Instance)>;

impl Section {
    /// These samples, in the place of those `before` if they are the same.
    fn new(samples: Deflated, before: Option<&Arc<Self>>) -> Arc<Self> {
        match before.filter(|before| before.piece.deflated == samples.bytes) {
            Some(before) => Arc::clone(before),
            None => Arc::new(Self {
                piece: Piece { deflated: samples.bytes.into(), sum: samples.sum },
                series: samples.count,
            }),
        }
    }
}

// === impl Publisher ===

impl Default for Publisher {
    fn default() -> Self {
        let header = |family: &Family| {
            let of = |format| piece(family.header(format).as_bytes());
            Arc::new(FORMATS.map(of))
        };
        Self { headers: families().map(header).collect(), targets: Mutex::default(), page: ArcSwap::default() }
    }
}

impl Publisher {
    /// Shows a target's new page, in the place that is its own.
    pub fn publish(&self, place: usize, page: TargetPage) {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.insert(place, page);
        // Under the lock, so that an older page of all targets never replaces a newer one.
        self.page.store(Arc::new(self.assemble(&targets.values().collect::<Vec<_>>())));
    }

    /// The page that a target has now.
    pub fn target(&self, place: usize) -> Option<TargetPage> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned()
    }

    /// The page of one target alone, as it is now.
    pub fn target_page(&self, place: usize) -> Page {
        self.assemble(self.target(place).as_ref().as_slice())
    }

    /// Shows a target no more.
    pub fn withdraw(&self, place: usize) {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.remove(&place);
        self.page.store(Arc::new(self.assemble(&targets.values().collect::<Vec<_>>())));
    }

    /// The page as it is now.
    pub fn page(&self) -> Arc<Page> {
        self.page.load_full()
    }

    fn assemble(&self, targets: &[&TargetPage]) -> Page {
        let mut page = Page::default();
        for (at, header) in self.headers.iter().enumerate() {
            let mut sections = targets.iter().filter_map(|target| target.0.get(at)?.as_ref()).peekable();
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

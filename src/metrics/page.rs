//! The page: every family's header and samples, compressed when they change and put together when they are asked for.
//!
//! [`Renderer`] turns a target into a [`TargetPage`]; [`Publisher`] keeps one of each target and publishes the [`Page`]
//! of them all; a scrape takes the page as it is and adds the exporter's own metrics ([`Body`](super::Body)).

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use bytes::{Bytes, BytesMut};

use super::catalogue::families;
use super::deflate::{Piece, Sum, piece};
use super::emit::{Samples, escaped};
use super::family::{Family, Format, Per};
use super::lines::LineDeflater;
use super::view::View;
use crate::model::Instance;

/// One target's samples, family by family in the order of the catalogue; `None` where it has none.
#[derive(Clone, Debug, Default)]
pub struct TargetPage(Vec<Option<Arc<Section>>>);

/// One target's samples of one family: fragments, one per chunk, joined.
#[derive(Debug)]
pub(crate) struct Section {
    piece: Piece,
    series: u64,
    fragments: Vec<Fragment>,
}

/// A part of a section that is rendered and compressed at once, and kept while its text stays the same.
#[derive(Clone, Copy, Debug)]
struct Fragment {
    sum: Sum,
    /// Of the text. With checksum and length, too much for two texts to share by chance.
    hash: u64,
    series: u64,
    /// Compressed bytes.
    length: usize,
}

/// Renders targets, keeping its buffers.
#[derive(Debug, Default)]
pub struct Renderer {
    deflater: LineDeflater,
    text: Vec<u8>,
    hasher: foldhash::quality::FixedState,
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
type Shown<'a> = Vec<(Cow<'a, str>, &'a Instance)>;

impl Renderer {
    /// Everything there is to show of a target. What is as it was on its page `before` is not compressed again.
    pub fn render(&mut self, view: &View<'_>, before: Option<&TargetPage>) -> TargetPage {
        let shows = |instance: &&Instance| view.is_identified() && view.shows(instance);
        let chunks: Vec<Shown<'_>> = view
            .target
            .chunks()
            .iter()
            .map(|chunk| chunk.iter().filter(shows).map(|instance| (escaped(&instance.id), instance)).collect())
            .collect();
        let before = |at: usize| before.and_then(|page| page.0.get(at)?.as_ref());
        let sections = families().enumerate().map(|(at, family)| self.section(family, view, &chunks, before(at)));
        TargetPage(sections.collect())
    }

    fn section(
        &mut self,
        family: &Family,
        view: &View<'_>,
        chunks: &[Shown<'_>],
        before: Option<&Arc<Section>>,
    ) -> Option<Arc<Section>> {
        let mut section = SectionBuilder::new(before);
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
        section: &mut SectionBuilder<'_>,
        write: impl FnOnce(&mut Samples<'_>),
    ) {
        self.text.clear();
        let mut samples = Samples::new(&mut self.text, family, &view.identity.account_id, &view.identity.region);
        write(&mut samples);
        let series = samples.count();
        if series > 0 {
            let (sum, hash) = (Sum::of(&self.text), self.hasher.hash_one(self.text.as_slice()));
            section.push(sum, hash, series, |out| self.deflater.append(&self.text, out));
        }
    }
}

/// Joins fragments to a section.
struct SectionBuilder<'a> {
    before: Option<&'a Arc<Section>>,
    /// Where the fragments of the section before stand in its bytes.
    known: HashMap<u64, (Fragment, usize)>,
    deflated: BytesMut,
    fragments: Vec<Fragment>,
    /// Whether every fragment so far stands where it stood.
    same: bool,
}

impl<'a> SectionBuilder<'a> {
    fn new(before: Option<&'a Arc<Section>>) -> Self {
        let (mut known, mut at) = (HashMap::new(), 0);
        for fragment in before.iter().flat_map(|section| &section.fragments) {
            known.insert(fragment.hash, (*fragment, at));
            at += fragment.length;
        }
        Self { before, known, deflated: BytesMut::new(), fragments: Vec::new(), same: true }
    }

    fn push(&mut self, sum: Sum, hash: u64, series: u64, deflate: impl FnOnce(&mut BytesMut)) {
        let start = self.deflated.len();
        let known = self.known.get(&hash).filter(|(known, _)| known.sum == sum);
        if let (Some((known, at)), Some(before)) = (known, self.before) {
            self.same &= *at == start;
            self.deflated.extend_from_slice(&before.piece.deflated[*at..*at + known.length]);
        } else {
            self.same = false;
            deflate(&mut self.deflated);
        }
        self.fragments.push(Fragment { sum, hash, series, length: self.deflated.len() - start });
    }

    fn finish(self) -> Option<Arc<Section>> {
        if let Some(before) = self.before.filter(|before| self.same && before.fragments.len() == self.fragments.len()) {
            return Some(Arc::clone(before));
        }
        let joined = self.fragments.iter().fold(Sum::default(), |sum, fragment| sum.then(fragment.sum));
        let series = self.fragments.iter().map(|fragment| fragment.series).sum();
        // A copy of the right size: the buffer has grown by doubling.
        let piece = Piece { deflated: Bytes::copy_from_slice(&self.deflated), sum: joined };
        (series > 0).then(|| Arc::new(Section { piece, series, fragments: self.fragments }))
    }
}

// === impl Publisher ===

impl Default for Publisher {
    fn default() -> Self {
        let deflater = LineDeflater::default();
        let header = |family: &Family| {
            let of = |format| piece(&deflater, family.header(format).as_bytes());
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

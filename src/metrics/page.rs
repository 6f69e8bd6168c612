//! The page: every family's header and samples, compressed when they change and put together when
//! they are asked for.
//!
//! A target is rendered to a [`TargetPage`]; [`Publisher`] keeps one of each target and publishes
//! the [`Page`] of them all; a scrape takes the page as it is and adds the exporter's own metrics
//! ([`Body`](super::Body)).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arc_swap::ArcSwap;
use bytes::{Bytes, BytesMut};

use super::catalogue::families;
use super::counts::Counts;
use super::deflate::{Checksum, Deflater, Fragment, GZIP_HEADER, fragment};
use super::emit::{Samples, escaped};
use super::family::{Family, Format, Per};
use super::target_view::TargetView;

/// One target's samples, family by family in the order of the catalogue; `None` where it has none.
#[derive(Clone, Debug, Default)]
pub struct TargetPage(Vec<Option<Arc<Section>>>);

/// One target's samples of one family.
#[derive(Debug, Default, PartialEq, Eq)]
struct Section {
    /// Of some instances each, sent one by one.
    fragments: Vec<Fragment>,
    series: u64,
}

/// What is served: the samples of all targets, under the headers of both formats.
#[derive(Debug, Default)]
pub struct Page {
    families: Vec<Arc<FamilyPage>>,
    /// Text of both formats, in the order of [`FORMATS`].
    sums: [Checksum; 2],
    /// Compressed bytes of both formats.
    deflated: [u64; 2],
    /// The same, as they are sent: put together by the first scrape, for all that follow.
    parts: [OnceLock<Arc<[Bytes]>>; 2],
    /// Series of the fleet; the exporter's own are added at the scrape.
    pub series: u64,
}

/// One family of all targets that have it.
#[derive(Debug)]
struct FamilyPage {
    /// In the order of [`FORMATS`].
    header: Arc<[Fragment; 2]>,
    /// At least one.
    sections: Vec<Arc<Section>>,
    /// Of the samples of all sections.
    sum: Checksum,
    deflated: u64,
    series: u64,
}

/// Keeps one page per target and publishes the page of them all.
#[derive(Debug)]
pub struct Publisher {
    headers: Vec<Arc<[Fragment; 2]>>,
    targets: Mutex<BTreeMap<usize, TargetPage>>,
    page: ArcSwap<Page>,
}

const FORMATS: [Format; 2] = [Format::OpenMetrics, Format::Text];

/// Chunks of instances that are compressed together: fewer take less time, more make a smaller
/// page.
const AT_ONCE: usize = 8;

/// Parts below this are copied to be with their neighbours: more of them cost a scrape more than so
/// many bytes do.
const SMALL: usize = 4 * 1024;

// === impl TargetPage ===

impl TargetPage {
    /// Everything there is to show of a target. What is as it was on its page `before` stays in its
    /// place.
    pub fn render(view: &TargetView<'_>, before: Option<&Self>) -> Self {
        let mut counts = Counts::new(view);
        let mut sections: Vec<(&Family, Section)> = families()
            .map(|family| (family, Section::default()))
            .collect();
        let mut deflater = Deflater::default();
        // Some instances after the other, not family by family: what is known of them is still at
        // hand for the next family.
        let chunks: Vec<_> = view.target.chunks().iter().collect();
        for some in chunks.chunks(AT_ONCE) {
            let mut shown = Vec::new();
            for instance in some.iter().copied().flatten() {
                counts.add(view, instance);
                if view.is_identified() && view.shows(instance) {
                    shown.push((escaped(&instance.id), instance));
                }
            }
            for (family, section) in &mut sections {
                if let Per::Instance(samples) = family.samples {
                    let mut out = Samples::new(family, view.identity, &mut deflater);
                    for (id, instance) in &shown {
                        out.of_instance(id);
                        samples(view, instance, &mut out);
                    }
                    section.push(out);
                }
            }
        }
        for (family, section) in &mut sections {
            if let Per::Target(samples) = family.samples {
                let mut out = Samples::new(family, view.identity, &mut deflater);
                samples(view, &counts, &mut out);
                section.push(out);
            }
        }
        let before = |at: usize| before.and_then(|page| page.0.get(at)?.as_ref());
        let sections = sections
            .into_iter()
            .enumerate()
            .map(|(at, (_, section))| section.in_place_of(before(at)));
        Self(sections.collect())
    }
}

// === impl Section ===

impl Section {
    fn push(&mut self, samples: Samples<'_>) {
        if let Some((fragment, series)) = samples.finish() {
            self.fragments.push(fragment);
            self.series += series;
        }
    }

    /// This section, or the one `before` if it is the same; `None` without samples.
    fn in_place_of(self, before: Option<&Arc<Self>>) -> Option<Arc<Self>> {
        match before.filter(|before| ***before == self) {
            Some(before) => Some(Arc::clone(before)),
            None => (self.series > 0).then(|| Arc::new(self)),
        }
    }

    fn sum(&self) -> Checksum {
        self.fragments
            .iter()
            .fold(Checksum::default(), |sum, fragment| sum.then(fragment.sum))
    }

    fn deflated(&self) -> u64 {
        self.fragments
            .iter()
            .map(|fragment| fragment.deflated.len() as u64)
            .sum()
    }
}

// === impl Publisher ===

impl Default for Publisher {
    fn default() -> Self {
        let header = |family: &Family| {
            let of = |format| fragment(family.header(format).as_bytes());
            Arc::new(FORMATS.map(of))
        };
        Self {
            headers: families().map(header).collect(),
            targets: Mutex::default(),
            page: ArcSwap::default(),
        }
    }
}

impl Publisher {
    /// Shows a target's new page, in the place that is its own.
    pub fn publish(&self, place: usize, page: TargetPage) {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.insert(place, page);
        self.store(&targets);
    }

    /// The page that a target has now.
    pub fn target(&self, place: usize) -> Option<TargetPage> {
        self.targets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&place)
            .cloned()
    }

    /// The page of one target alone, as it is now.
    pub fn target_page(&self, place: usize) -> Page {
        self.assemble(
            &self.target(place).iter().collect::<Vec<_>>(),
            &Page::default(),
        )
    }

    /// Shows a target no more.
    pub fn withdraw(&self, place: usize) {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.remove(&place);
        self.store(&targets);
    }

    /// The page as it is now.
    pub fn page(&self) -> Arc<Page> {
        self.page.load_full()
    }

    /// Under the lock of the targets, so that an older page of them never replaces a newer one.
    fn store(&self, targets: &BTreeMap<usize, TargetPage>) {
        let before = self.page.load();
        self.page.store(Arc::new(
            self.assemble(&targets.values().collect::<Vec<_>>(), &before),
        ));
    }

    /// A page of these targets. Families that are as they were `before` are not joined again: with
    /// hundreds of targets, that costs more than the refresh of one.
    fn assemble(&self, targets: &[&TargetPage], before: &Page) -> Page {
        let mut page = Page::default();
        let mut before = before.families.iter().peekable();
        for (at, header) in self.headers.iter().enumerate() {
            let joined_before = before.next_if(|joined| Arc::ptr_eq(&joined.header, header));
            let sections: Vec<_> = targets
                .iter()
                .filter_map(|target| target.0.get(at)?.as_ref())
                .collect();
            match joined_before {
                Some(joined) if joined.is_of(&sections) => page.push(Arc::clone(joined)),
                _ if !sections.is_empty() => {
                    page.push(Arc::new(FamilyPage::new(header, &sections)))
                }
                _ => {}
            }
        }
        page
    }
}

// === impl Joined ===

impl FamilyPage {
    fn new(header: &Arc<[Fragment; 2]>, sections: &[&Arc<Section>]) -> Self {
        Self {
            header: Arc::clone(header),
            sections: sections.iter().map(|section| Arc::clone(section)).collect(),
            sum: sections
                .iter()
                .fold(Checksum::default(), |sum, section| sum.then(section.sum())),
            deflated: sections.iter().map(|section| section.deflated()).sum(),
            series: sections.iter().map(|section| section.series).sum(),
        }
    }

    fn is_of(&self, sections: &[&Arc<Section>]) -> bool {
        self.sections.len() == sections.len()
            && self
                .sections
                .iter()
                .zip(sections)
                .all(|(a, b)| Arc::ptr_eq(a, b))
    }
}

// === impl Page ===

impl Page {
    fn push(&mut self, family: Arc<FamilyPage>) {
        for (at, header) in family.header.iter().enumerate() {
            self.sums[at] = self.sums[at].then(header.sum).then(family.sum);
            self.deflated[at] += header.deflated.len() as u64 + family.deflated;
        }
        self.series += family.series;
        self.families.push(family);
    }

    /// Bytes of the text, without the exporter's own metrics.
    pub fn text_length(&self, format: Format) -> u64 {
        self.sum(format).length
    }

    /// Checksum and length of the text.
    pub(crate) fn sum(&self, format: Format) -> Checksum {
        self.sums[format as usize]
    }

    /// Compressed bytes.
    pub fn deflated(&self, format: Format) -> u64 {
        self.deflated[format as usize]
    }

    /// The compressed bytes, in order, after what begins a gzip member.
    pub(crate) fn parts(&self, format: Format) -> Arc<[Bytes]> {
        Arc::clone(self.parts[format as usize].get_or_init(|| self.join(format)))
    }

    fn join(&self, format: Format) -> Arc<[Bytes]> {
        let (mut parts, mut small) = (Vec::new(), BytesMut::from(GZIP_HEADER));
        for family in &self.families {
            let samples = family
                .sections
                .iter()
                .flat_map(|section| &section.fragments);
            for Fragment { deflated: part, .. } in
                std::iter::once(&family.header[format as usize]).chain(samples)
            {
                if part.len() < SMALL {
                    small.extend_from_slice(part);
                } else {
                    parts.extend(Some(small.split().freeze()).filter(|small| !small.is_empty()));
                    parts.push(part.clone());
                }
            }
        }
        parts.extend(Some(small.freeze()).filter(|small| !small.is_empty()));
        parts.into()
    }
}

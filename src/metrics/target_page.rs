//! The samples of one target.
//!
//! They are rendered and compressed when the target's refresh ends, and not when Prometheus scrapes.
//! Between two refreshes nothing can change, several servers may scrape, and to compress a page
//! takes many times longer than to send it.

use std::borrow::Cow;
use std::sync::Arc;

use super::catalogue::families;
use super::counts::Counts;
use super::deflate::{Checksum, Deflater, Fragment};
use super::emit::{Samples, escaped};
use super::family::{Family, SampleSource};
use super::target_view::TargetView;
use crate::model::Instance;

/// The number of chunks of instances whose samples are compressed together.
// Every fragment starts without knowledge of the text before it, so more chunks in a fragment make
// a smaller page. Fewer keep what is known of their instances in the processor's cache while one
// family after the other is rendered, so they take less time.
const CHUNKS_PER_FRAGMENT: usize = 32;

/// One target's samples, family by family in the order of the catalogue; `None` where it has none.
///
/// [`Publisher`](super::Publisher) has an example.
#[derive(Clone, Debug, Default)]
pub struct TargetPage(Vec<Option<Arc<Section>>>);

/// One target's samples of one family.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Section {
    /// The samples of a few chunks of instances in each fragment, in order.
    pub(super) fragments: Vec<Fragment>,
    pub(super) series: u64,
}

/// The page of one target while it is being rendered.
struct Rendering<'a> {
    view: &'a TargetView<'a>,
    counts: Counts<'a>,
    sections: Vec<(&'static Family, Section)>,
    // One compressor makes all fragments, because its tables take longer to set up than a small
    // fragment takes to compress.
    deflater: Deflater,
}

/// An instance that is shown, with its escaped id.
type ShownInstance<'a> = (Cow<'a, str>, &'a Instance);

// === impl TargetPage ===

impl TargetPage {
    /// Renders everything that is shown of a target. Reuses the sections of `before`, the target's
    /// last page, that have not changed.
    pub fn render(view: &TargetView<'_>, before: Option<&Self>) -> Self {
        let mut rendering = Rendering::new(view);
        // The families of the target as a whole, and those with a limit, need the counts that the instances bring.
        rendering.render_instances();
        rendering.render_target();
        let sections = rendering.sections.into_iter().enumerate();
        let sections = sections.map(|(index, (_, section))| {
            let before = before.and_then(|page| page.section(index));
            section.in_place_of(before)
        });
        Self(sections.collect())
    }

    /// The samples of a family, by its place in the catalogue.
    pub(super) fn section(&self, index: usize) -> Option<&Arc<Section>> {
        self.0.get(index)?.as_ref()
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
        // The publisher compares sections by their pointers, so the old one must be kept.
        if let Some(before) = before
            && **before == self
        {
            return Some(Arc::clone(before));
        }
        (self.series > 0).then(|| Arc::new(self))
    }

    pub(super) fn checksum(&self) -> Checksum {
        self.fragments
            .iter()
            .fold(Checksum::default(), |checksum, fragment| {
                checksum.then(fragment.checksum)
            })
    }

    pub(super) fn deflated_bytes(&self) -> u64 {
        self.fragments.iter().map(Fragment::deflated_bytes).sum()
    }
}

fn empty_sections() -> Vec<(&'static Family, Section)> {
    families()
        .map(|family| (family, Section::default()))
        .collect()
}

// === impl Rendering ===

impl<'a> Rendering<'a> {
    fn new(view: &'a TargetView<'a>) -> Self {
        Self {
            view,
            counts: Counts::new(view),
            sections: empty_sections(),
            deflater: Deflater::default(),
        }
    }

    /// Renders the families of instances, and counts what the families of the target need.
    // It goes chunk by chunk and not family by family, because then what is known of an instance is
    // still in the processor's cache when the next family is rendered.
    fn render_instances(&mut self) {
        let chunks: Vec<&[Instance]> = self.view.target.chunks().iter().collect();
        for chunks in chunks.chunks(CHUNKS_PER_FRAGMENT) {
            let shown = self.count_and_select(chunks);
            self.render_shown(&shown);
        }
    }

    /// Counts every instance of some chunks, and answers those that get series of their own.
    fn count_and_select(&mut self, chunks: &[&'a [Instance]]) -> Vec<ShownInstance<'a>> {
        let mut shown = Vec::new();
        for instance in chunks.iter().copied().flatten() {
            self.counts.add(self.view, instance);
            // Without the account's id, series of instances could not be told from another account's.
            if self.view.is_identified() && self.view.shows(instance) {
                // The id is escaped once here, and not once in every family.
                shown.push((escaped(&instance.id), instance));
            }
        }
        shown
    }

    fn render_shown(&mut self, shown: &[ShownInstance<'_>]) {
        for (family, section) in &mut self.sections {
            let SampleSource::Instance(write_samples) = family.samples else {
                continue;
            };
            let mut samples = family.start_samples(self.view, &mut self.deflater);
            for (id, instance) in shown {
                samples.start_instance(id);
                write_samples(self.view, instance, &mut samples);
            }
            section.push(samples);
        }
    }

    /// Renders the families that are rendered once, and not chunk by chunk.
    fn render_target(&mut self) {
        for (family, section) in &mut self.sections {
            let (SampleSource::Target(write_samples)
            | SampleSource::LimitedInstance(write_samples)) = family.samples
            else {
                continue;
            };
            let mut samples = family.start_samples(self.view, &mut self.deflater);
            write_samples(self.view, &self.counts, &mut samples);
            section.push(samples);
        }
    }
}

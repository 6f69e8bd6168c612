//! The samples of one target, rendered when its refresh ends.

use std::borrow::Cow;
use std::sync::Arc;

use super::catalogue::families;
use super::counts::Counts;
use super::deflate::{Checksum, Deflater, Fragment};
use super::emit::{Samples, escaped};
use super::family::{Family, SampleSource};
use super::target_view::TargetView;
use crate::model::Instance;

/// Chunks of instances whose samples are compressed together. Fewer take less time, more make a
/// smaller page.
const CHUNKS_PER_FRAGMENT: usize = 8;

/// One target's samples, family by family in the order of the catalogue; `None` where it has none.
#[derive(Clone, Debug, Default)]
pub struct TargetPage(Vec<Option<Arc<Section>>>);

/// One target's samples of one family.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Section {
    /// The samples of some instances each.
    pub(super) fragments: Vec<Fragment>,
    pub(super) series: u64,
}

/// The page of one target while it is rendered.
struct Rendering<'a> {
    view: &'a TargetView<'a>,
    counts: Counts<'a>,
    sections: Vec<(&'static Family, Section)>,
    deflater: Deflater,
}

/// An instance that is shown, after its id as it is written.
type ShownInstance<'a> = (Cow<'a, str>, &'a Instance);

// === impl TargetPage ===

impl TargetPage {
    /// Everything that there is to show of a target. Reuses the sections of its page `before` that
    /// have not changed.
    pub fn render(view: &TargetView<'_>, before: Option<&Self>) -> Self {
        let mut rendering = Rendering::new(view);
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

// === impl Rendering ===

impl<'a> Rendering<'a> {
    fn new(view: &'a TargetView<'a>) -> Self {
        Self {
            view,
            counts: Counts::new(view),
            sections: families()
                .map(|family| (family, Section::default()))
                .collect(),
            deflater: Deflater::default(),
        }
    }

    /// Renders the families of instances, and counts for those of the target.
    ///
    /// It goes by chunks and not family by family, because then what is known of an instance is
    /// still in the processor's cache for the next family.
    fn render_instances(&mut self) {
        let chunks: Vec<&[Instance]> = self.view.target.chunks().iter().collect();
        for chunks in chunks.chunks(CHUNKS_PER_FRAGMENT) {
            let mut shown = Vec::new();
            for instance in chunks.iter().copied().flatten() {
                self.counts.add(self.view, instance);
                if self.view.is_identified() && self.view.shows(instance) {
                    shown.push((escaped(&instance.id), instance));
                }
            }
            self.render_shown(&shown);
        }
    }

    fn render_shown(&mut self, shown: &[ShownInstance<'_>]) {
        for (family, section) in &mut self.sections {
            let SampleSource::Instance(write_samples) = family.samples else {
                continue;
            };
            let mut samples = Samples::new(family, self.view, &mut self.deflater);
            for (id, instance) in shown {
                samples.start_instance(id);
                write_samples(self.view, instance, &mut samples);
            }
            section.push(samples);
        }
    }

    fn render_target(&mut self) {
        for (family, section) in &mut self.sections {
            let SampleSource::Target(write_samples) = family.samples else {
                continue;
            };
            let mut samples = Samples::new(family, self.view, &mut self.deflater);
            write_samples(self.view, &self.counts, &mut samples);
            section.push(samples);
        }
    }
}

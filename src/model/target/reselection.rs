//! Brings the state in line with another selection of what is read.

use super::Target;
use crate::model::collector::Collector;
use crate::model::details::DetailKind;
use crate::model::instance::Instance;
use crate::model::outcome::CollectorState;
use crate::model::selection::Selection;

impl Target {
    /// Changes how old data may grow.
    pub fn set_age_limits(&mut self, age_limits: super::AgeLimits) {
        self.age_limits = age_limits;
    }

    /// Drops what `after` no longer reads of what `before` has read, and expects what it reads in
    /// addition. All other data stays.
    // What is no longer read would not be confirmed any more, but also not replaced: it would stay on
    // the page until it is too old, and a reading without it would look like a sudden loss.
    pub fn reselect(&mut self, before: &Selection, after: &Selection) {
        if before.is_same(after) {
            return;
        }
        for collector in before
            .collectors()
            .filter(|collector| !after.has(*collector))
        {
            self.switch_off(collector);
        }
        self.totals
            .retain(|totals| after.has_type(&totals.compliance_type));
        self.chunks
            .update(|instance| drop_unselected(instance, after));
        self.reconciliation.reselect(&self.chunks, before, after);
    }

    fn switch_off(&mut self, collector: Collector) {
        self.collectors[collector as usize] = CollectorState::default();
        self.drop_data(collector);
    }
}

fn drop_unselected(instance: &mut Instance, selection: &Selection) {
    for kind in DetailKind::ALL {
        if !selection.has(kind.collector()) {
            instance.drop_detail(kind);
        }
    }
    let is_selected = |name: &str| -> bool { selection.has_type(name) };
    let mut summaries = instance.summaries.iter();
    // Nearly always all of them stay, and then nothing has to be copied.
    if summaries.any(|summary| !is_selected(summary.compliance_type().as_str())) {
        let selected = instance.summaries.iter();
        instance.summaries = selected
            .filter(|summary| is_selected(summary.compliance_type().as_str()))
            .cloned()
            .collect();
    }
}

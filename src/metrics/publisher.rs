//! Keeps the page of each target and publishes the page of them all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;

use super::catalogue::families;
use super::deflate::fragment;
use super::family::Family;
use super::page::{FORMATS, FamilyPage, Headers, Page};
use super::target_page::TargetPage;
use crate::locks::locked;

/// Keeps one page per target and publishes the page of them all.
#[derive(Debug)]
pub struct Publisher {
    /// In the order of the catalogue.
    headers: Vec<Headers>,
    /// By the number of the target.
    targets: Mutex<BTreeMap<usize, TargetPage>>,
    page: ArcSwap<Page>,
}

impl Default for Publisher {
    fn default() -> Self {
        Self {
            headers: families().map(headers).collect(),
            targets: Mutex::default(),
            page: ArcSwap::default(),
        }
    }
}

fn headers(family: &Family) -> Headers {
    Arc::new(FORMATS.map(|format| fragment(family.header(format).as_bytes())))
}

impl Publisher {
    /// Shows the new page of target `number`.
    pub fn publish(&self, number: usize, page: TargetPage) {
        let mut targets = locked(&self.targets);
        targets.insert(number, page);
        self.store(&targets);
    }

    /// The page that target `number` has now.
    pub fn target(&self, number: usize) -> Option<TargetPage> {
        locked(&self.targets).get(&number).cloned()
    }

    /// The page of target `number` alone, as it is now.
    pub fn target_page(&self, number: usize) -> Page {
        let target = self.target(number);
        let targets: Vec<&TargetPage> = target.iter().collect();
        self.assemble(&targets, &Page::default())
    }

    /// Shows target `number` no more.
    pub fn withdraw(&self, number: usize) {
        let mut targets = locked(&self.targets);
        targets.remove(&number);
        self.store(&targets);
    }

    /// The page as it is now.
    pub fn page(&self) -> Arc<Page> {
        self.page.load_full()
    }

    /// Publishes the page of these targets. The caller holds their lock, so that an older page of
    /// them never replaces a newer one.
    fn store(&self, targets: &BTreeMap<usize, TargetPage>) {
        let before = self.page.load();
        let targets: Vec<&TargetPage> = targets.values().collect();
        self.page.store(Arc::new(self.assemble(&targets, &before)));
    }

    /// A page of these targets. Families that are as they were `before` are not joined again: with
    /// hundreds of targets, that costs more than the refresh of one.
    fn assemble(&self, targets: &[&TargetPage], before: &Page) -> Page {
        let mut page = Page::default();
        let mut before = before.families().iter().peekable();
        for (index, headers) in self.headers.iter().enumerate() {
            let family_before = before.next_if(|family| family.has_headers(headers));
            let sections: Vec<_> = targets
                .iter()
                .filter_map(|target| target.section(index))
                .collect();
            match family_before {
                Some(family) if family.has_sections(&sections) => page.push(Arc::clone(family)),
                _ if sections.is_empty() => {}
                _ => page.push(Arc::new(FamilyPage::new(headers, &sections))),
            }
        }
        page
    }
}

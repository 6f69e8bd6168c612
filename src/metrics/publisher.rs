//! Keeps the page of each target, and publishes the page of all of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;

use super::catalogue::families;
use super::deflate::fragment;
use super::family::Family;
use super::page::{FORMATS, FamilyPage, Headers, Page};
use super::target_page::{Section, TargetPage};
use crate::locks::locked;

/// Keeps the page of each target, and publishes the page of all of them.
///
/// ```
/// use std::time::Duration;
///
/// use ssm_compliance_exporter::metrics::{
///     Body, Encoding, Format, Identity, Policy, Publisher, ShownInstances, TargetPage, TargetView,
/// };
/// use ssm_compliance_exporter::model::{AgeLimits, Selection, Target};
///
/// let target = Target::new(AgeLimits {
///     stale_after: Duration::from_hours(1),
///     interval: Duration::from_mins(5),
///     full_every: Duration::from_hours(24),
/// });
/// let identity = Identity {
///     account_id: "111122223333".to_owned(),
///     region: "eu-west-1".to_owned(),
///     account_name: "production".to_owned(),
/// };
/// let policy = Policy {
///     instances: ShownInstances::All,
///     include_unlisted: false,
///     selection: Selection::everything(),
///     max_patch_info_series: 0,
///     tag_labels: Vec::new(),
///     tag_compliance: Vec::new(),
/// };
/// let view = TargetView { target: &target, identity: &identity, policy: &policy };
///
/// // The end of a refresh renders and compresses the target's samples ...
/// let publisher = Publisher::default();
/// publisher.publish(0, TargetPage::render(&view, None));
///
/// // ... and a scrape only sends what is there.
/// let body = Body::new(&publisher.page(), Format::Text, Encoding::Identity, "");
/// let text = String::from_utf8(body.into_bytes())?;
/// assert!(text.contains(
///     "aws_ssm_target_info{account_id=\"111122223333\",region=\"eu-west-1\",account_name=\"production\"} 1\n"
/// ));
/// # Ok::<(), std::string::FromUtf8Error>(())
/// ```
#[derive(Debug)]
pub struct Publisher {
    /// The headers of every family, in the order of the catalogue.
    // They never change, so they are compressed once per process.
    headers: Vec<Headers>,
    /// The page of each target, by the target's number.
    // The order of the map keeps the order of the targets on the page, so that a page differs from
    // the one before only where a target did.
    targets: Mutex<BTreeMap<usize, TargetPage>>,
    /// The page of all targets.
    // A scrape reads it without a lock: a refresh must not wait for slow clients, nor clients for
    // a refresh.
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
    /// Replaces the page of target `number`.
    pub fn publish(&self, number: usize, page: TargetPage) {
        let mut targets = locked(&self.targets);
        targets.insert(number, page);
        self.store(&targets);
    }

    /// The page that target `number` has now, if it has one.
    pub fn target(&self, number: usize) -> Option<TargetPage> {
        locked(&self.targets).get(&number).cloned()
    }

    /// The page of target `number` alone, as a scrape of it gets it.
    pub fn target_page(&self, number: usize) -> Page {
        let target = self.target(number);
        let targets: Vec<&TargetPage> = target.iter().collect();
        self.assemble(&targets, &Page::default())
    }

    /// Removes target `number` from the page.
    pub fn withdraw(&self, number: usize) {
        let mut targets = locked(&self.targets);
        targets.remove(&number);
        self.store(&targets);
    }

    /// Removes some targets from the page and replaces the pages of others, in one step.
    // A scrape in between would find both of two targets that show the same series, or neither.
    pub fn replace(&self, withdrawn: &[usize], published: Vec<(usize, TargetPage)>) {
        let mut targets = locked(&self.targets);
        for number in withdrawn {
            targets.remove(number);
        }
        targets.extend(published);
        self.store(&targets);
    }

    /// The page of all targets, as it is now.
    pub fn page(&self) -> Arc<Page> {
        self.page.load_full()
    }

    /// Publishes the page of these targets.
    // The caller holds the lock of the targets. Without it, of two refreshes that end together the
    // first could store its page last, and the other's samples would be lost until its next refresh.
    fn store(&self, targets: &BTreeMap<usize, TargetPage>) {
        let before = self.page.load();
        let targets: Vec<&TargetPage> = targets.values().collect();
        self.page.store(Arc::new(self.assemble(&targets, &before)));
    }

    /// Assembles the page of these targets. Reuses the families of `before` that have not changed:
    /// with hundreds of targets, to join them anew would cost more than the refresh of one target.
    fn assemble(&self, targets: &[&TargetPage], before: &Page) -> Page {
        let mut page = Page::default();
        // Both lists are in the order of the catalogue, but a page leaves out empty families.
        let mut before = before.families().iter().peekable();
        for (index, headers) in self.headers.iter().enumerate() {
            let family_before = before.next_if(|family| family.has_headers(headers));
            let sections = sections(targets, index);
            if let Some(family) = family_page(headers, &sections, family_before) {
                page.push(family);
            }
        }
        page
    }
}

/// The samples of one family, by its place in the catalogue, of all targets that have any.
fn sections<'a>(targets: &[&'a TargetPage], index: usize) -> Vec<&'a Arc<Section>> {
    targets
        .iter()
        .filter_map(|target| target.section(index))
        .collect()
}

/// The page of a family; `None` where no target has samples of it.
fn family_page(
    headers: &Headers,
    sections: &[&Arc<Section>],
    before: Option<&Arc<FamilyPage>>,
) -> Option<Arc<FamilyPage>> {
    // A header without samples would be legal, but it would tell a reader nothing.
    if sections.is_empty() {
        return None;
    }
    if let Some(before) = before
        && before.has_sections(sections)
    {
        return Some(Arc::clone(before));
    }
    Some(Arc::new(FamilyPage::new(headers, sections)))
}

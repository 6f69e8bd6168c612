//! Finds the instances on which a patch is a finding.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::calls::known_or_empty;
use super::inspector::Inspector;
use super::listing::resources_of;
use super::purpose;
use super::readers::{queue, read_each};
use super::source::InspectionSource;
use crate::collect::{SourceResult, TypeFilter};
use crate::explain::{PatchHolder, Read, TargetName};
use crate::model::{ComplianceType, InstanceRow, ItemRow};

/// A patch that is asked for: a KB number, the name of a package, or a CVE.
#[derive(Clone, Debug)]
pub struct PatchQuery(String);

/// The findings of one instance, or why they could not be read.
#[derive(Clone, Debug)]
pub struct Holding {
    /// Where the instance is.
    pub target: TargetName,
    /// The instance's id.
    pub instance_id: String,
    /// What was found.
    pub holders: Read<Vec<PatchHolder>>,
}

/// The resources of a target that are non-compliant for Patch, which are still to be searched.
pub struct PatchSearch<S> {
    inspector: Arc<Inspector<S>>,
    suspects: Vec<String>,
}

impl<S: InspectionSource> Inspector<S> {
    /// Lists the resources that are non-compliant for Patch, a page for each 50.
    ///
    /// # Errors
    /// If they cannot be read to their end, so that instances would be missing.
    pub async fn patch_suspects(self) -> SourceResult<PatchSearch<S>> {
        let summaries = self.noncompliant_summaries(&patch_type()).await?;
        Ok(PatchSearch {
            inspector: Arc::new(self),
            suspects: resources_of(summaries),
        })
    }

    async fn holding(&self, instance: &InstanceRow, query: &PatchQuery) -> Holding {
        let items = self.items(&instance.id, &patch_type()).await;
        let holders = items.map(|items| self.holders(instance, items, query));
        Holding {
            target: self.target().clone(),
            instance_id: instance.id.clone(),
            // An instance that is gone has no findings.
            holders: known_or_empty(purpose::ITEMS.operation, holders),
        }
    }

    fn holders(
        &self,
        instance: &InstanceRow,
        items: Vec<ItemRow>,
        query: &PatchQuery,
    ) -> Vec<PatchHolder> {
        let found = items.into_iter().filter(|item| query.is_meant(item));
        found.map(|item| self.holder(instance, item)).collect()
    }

    fn holder(&self, instance: &InstanceRow, item: ItemRow) -> PatchHolder {
        PatchHolder {
            target: self.target().clone(),
            instance_id: instance.id.clone(),
            computer_name: instance.computer_name.clone(),
            state: item.detail("PatchState").to_owned(),
            severity: item.detail("PatchSeverity").to_owned(),
            classification: item.detail("Classification").to_owned(),
            cve_ids: item.detail("CVEIds").to_owned(),
            installed: installed(&item),
            reported: item.execution_time,
            patch_id: item.id,
            title: item.title,
        }
    }
}

/// When a patch was installed. AWS writes a time that it does not know as 1970 or the year 1.
fn installed(item: &ItemRow) -> String {
    let time = item.detail("InstalledTime");
    let is_known = !["0", "1970"].iter().any(|start| time.starts_with(start));
    if is_known {
        time.to_owned()
    } else {
        String::new()
    }
}

fn patch_type() -> TypeFilter {
    TypeFilter::Named(vec![ComplianceType::PATCH.to_owned()])
}

impl<S: InspectionSource> PatchSearch<S> {
    /// The number of resources to search. Some of them may not be listed any more.
    pub fn count(&self) -> usize {
        self.suspects.len()
    }

    /// Searches each of them that is listed, and sends what was found as it comes. Takes a page for
    /// each 50 managed instances, and one for each 50 patches of a suspect.
    ///
    /// # Errors
    /// If the listing cannot be read to its end, so that instances are missing.
    pub async fn search_each(
        self,
        query: PatchQuery,
        found: mpsc::Sender<Holding>,
    ) -> SourceResult<()> {
        let Self {
            inspector,
            suspects,
        } = self;
        let (listed, mut listings) = mpsc::unbounded_channel();
        let (ready, subjects) = queue();
        let query = Arc::new(query);
        let read = {
            let inspector = Arc::clone(&inspector);
            move |instance: InstanceRow| {
                let (inspector, query) = (Arc::clone(&inspector), Arc::clone(&query));
                async move { inspector.holding(&instance, &query).await }
            }
        };
        let forwarding = async move {
            while let Some(listing) = listings.recv().await {
                // Nobody reads any more.
                if ready.send(listing).await.is_err() {
                    break;
                }
            }
        };
        let (answer, (), ()) = tokio::join!(
            inspector.list_among(suspects.into_iter().collect(), listed),
            forwarding,
            read_each(subjects, found, read),
        );
        answer
    }
}

// === impl PatchQuery ===

impl PatchQuery {
    /// Takes what a user has typed: `KB5030000` or `5030000`, a package with or without its
    /// architecture, or a CVE.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_ascii_lowercase())
    }

    /// Whether an item of type Patch is about what is asked for.
    pub fn is_meant(&self, item: &ItemRow) -> bool {
        self.is_id(&item.id.to_ascii_lowercase()) || self.is_cve(item.detail("CVEIds"))
    }

    fn is_id(&self, id: &str) -> bool {
        id == self.0 || id.strip_prefix("kb") == Some(&self.0) || without_architecture(id) == self.0
    }

    fn is_cve(&self, cve_ids: &str) -> bool {
        let mut ids = cve_ids.split(',').map(str::trim);
        !self.0.is_empty() && ids.any(|id| id.eq_ignore_ascii_case(&self.0))
    }
}

/// The name of a package without the architecture behind its last dot.
fn without_architecture(package: &str) -> &str {
    const ARCHITECTURES: [&str; 8] = [
        "x86_64", "aarch64", "noarch", "i686", "i386", "amd64", "arm64", "all",
    ];
    match package.rsplit_once(['.', ':']) {
        Some((name, architecture)) if ARCHITECTURES.contains(&architecture) => name,
        _ => package,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn item(id: &str, cve_ids: &str) -> ItemRow {
        ItemRow {
            id: id.to_owned(),
            details: BTreeMap::from([("CVEIds".to_owned(), cve_ids.to_owned())]),
            ..ItemRow::default()
        }
    }

    fn is_meant(text: &str, item: &ItemRow) -> bool {
        PatchQuery::new(text).is_meant(item)
    }

    #[test]
    fn a_kb_is_found_with_and_without_its_letters() {
        let update = item("KB5030000", "");
        for text in ["KB5030000", "kb5030000", "5030000", " 5030000 "] {
            assert!(is_meant(text, &update), "{text}");
        }
        for text in ["503000", "KB503000", "KB50300001", ""] {
            assert!(!is_meant(text, &update), "{text}");
        }
    }

    #[test]
    fn a_package_is_found_with_and_without_its_architecture() {
        let package = item("bind-libs.x86_64", "");
        for text in ["bind-libs.x86_64", "bind-libs", "BIND-LIBS"] {
            assert!(is_meant(text, &package), "{text}");
        }
        for text in ["bind", "libs", "bind-libs.aarch64"] {
            assert!(!is_meant(text, &package), "{text}");
        }
        assert!(is_meant("python3.11", &item("python3.11", "")));
        assert!(!is_meant("python3", &item("python3.11", "")));
    }

    #[test]
    fn a_vulnerability_is_found_in_the_list_of_a_patch() {
        let patch = item("KB5030000", "CVE-2026-20001, CVE-2026-20002");
        assert!(is_meant("cve-2026-20002", &patch));
        assert!(!is_meant("CVE-2026-2000", &patch));
    }
}

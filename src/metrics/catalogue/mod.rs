//! The one list of the fleet's metric families, in the order of the page and of `docs/metrics.md`.

mod associations;
mod compliance;
mod instances;
mod patches;
mod targets;

use super::family::Family;

/// Sections of the catalogue, each with its families.
pub const SECTIONS: &[(&str, &[Family])] = &[
    ("Targets", targets::FAMILIES),
    ("Instances", instances::FAMILIES),
    ("Compliance", compliance::FAMILIES),
    ("Patches", patches::FAMILIES),
    ("Associations", associations::FAMILIES),
];

/// Every family, in the order of the page.
pub fn families() -> impl Iterator<Item = &'static Family> {
    SECTIONS.iter().flat_map(|(_, families)| *families)
}

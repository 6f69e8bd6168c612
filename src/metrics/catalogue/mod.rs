//! The one list of the fleet's metric families, in the order of the page and of `docs/metrics.md`.

mod associations;
mod compliance;
mod instances;
mod patches;
mod single_patches;
mod targets;

use super::family::Family;

/// The sections of the catalogue, each with its title and families.
pub const SECTIONS: &[(&str, &[Family])] = &[
    ("Targets", targets::FAMILIES),
    ("Instances", instances::FAMILIES),
    ("Compliance", compliance::FAMILIES),
    ("Patches", patches::FAMILIES),
    ("Single patches", single_patches::FAMILIES),
    ("Associations", associations::FAMILIES),
];

/// Every family, in the order of the page.
///
/// ```
/// use ssm_compliance_exporter::metrics::{Format, families};
///
/// let family = families()
///     .find(|family| family.name == "aws_ssm_managed_instances")
///     .expect("the catalogue has it");
/// assert_eq!(family.labels.fixed(), ["platform_type", "resource_type", "ping_status"]);
/// assert!(family.header(Format::Text).ends_with("# TYPE aws_ssm_managed_instances gauge\n"));
/// ```
pub fn families() -> impl Iterator<Item = &'static Family> {
    SECTIONS.iter().flat_map(|(_, families)| *families)
}

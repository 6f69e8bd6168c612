//! The order of the severities that vendors give their patches.

/// The severities that vendors use, the worst one first. Those of one entry are equally bad: Red
/// Hat and Microsoft say `Important` and `Moderate` where others say `High` and `Medium`.
const SEVERITIES: [&[&str]; 4] = [
    &["Critical"],
    &["Important", "High"],
    &["Moderate", "Medium"],
    &["Low"],
];

/// The place of a severity in the order of severities, in which the worst one comes first.
///
/// A severity that is not one of the vendors' usual ones comes after those, by its name.
///
/// ```
/// use ssm_compliance_exporter::model::SeverityOrder;
///
/// assert!(SeverityOrder::of("Critical") < SeverityOrder::of("Important"));
/// assert_eq!(SeverityOrder::of("Important"), SeverityOrder::of("High"));
/// assert!(SeverityOrder::of("Low") < SeverityOrder::of("Unspecified"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeverityOrder<'a> {
    rank: usize,
    /// The name of a severity that is none of the usual ones; empty for those.
    name: &'a str,
}

impl<'a> SeverityOrder<'a> {
    /// Returns the place of the severity with this name. Case does not count.
    pub fn of(name: &'a str) -> Self {
        let is_named = |names: &&[&str]| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        match SEVERITIES.iter().position(is_named) {
            Some(rank) => Self { rank, name: "" },
            None => Self {
                rank: SEVERITIES.len(),
                name,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_severities_come_first_and_the_others_follow_by_name() {
        let mut severities = [
            "Unspecified",
            "medium",
            "",
            "Low",
            "CRITICAL",
            "Important",
            "Odd",
        ];
        severities.sort_by_key(|name| SeverityOrder::of(name));
        assert_eq!(
            severities,
            [
                "CRITICAL",
                "Important",
                "medium",
                "Low",
                "",
                "Odd",
                "Unspecified"
            ]
        );
    }
}

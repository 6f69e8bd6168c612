//! The faults that hit one call.

use super::kind::FaultKind;

/// The kinds of the faults that hit one call, in the order in which they were asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct ActiveFaults(Vec<FaultKind>);

impl FromIterator<FaultKind> for ActiveFaults {
    fn from_iter<T: IntoIterator<Item = FaultKind>>(kinds: T) -> Self {
        Self(kinds.into_iter().collect())
    }
}

impl ActiveFaults {
    pub(crate) fn has(&self, kind: FaultKind) -> bool {
        self.0.contains(&kind)
    }

    pub(crate) fn kinds(&self) -> impl Iterator<Item = FaultKind> {
        self.0.iter().copied()
    }
}

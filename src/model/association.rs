//! The non-compliant associations that are kept for each instance, read by `ListComplianceItems`.

use super::intern::Symbol;

/// An association that did not bring an instance to its desired state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoncompliantAssociation {
    /// The association's id.
    pub association_id: Box<str>,
    /// The document that it runs: a name, or the ARN of a shared document.
    pub document: Symbol,
    /// The severity that the association's owner gave it.
    pub severity: Symbol,
}

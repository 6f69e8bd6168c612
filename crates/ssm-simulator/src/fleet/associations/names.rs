//! Ids and names of associations.

use crate::fleet::catalogue::{DOCUMENTS, Document};
use crate::fleet::snapshot::TargetNames;
use crate::random;

/// The id of an association, by its index in [`DOCUMENTS`].
pub(crate) fn association_id(names: &TargetNames, index: usize) -> String {
    let path = DOCUMENTS[index % DOCUMENTS.len()].path;
    random::uuid(random::join(names.seed, random::text(path)))
}

/// The name of a document, or its ARN if another account shares it.
pub(super) fn document_name(names: &TargetNames, document: &Document) -> String {
    document.path.replace("{region}", &names.region)
}

//! EC2: forms in, XML out, in a dialect of its own. It answers `RebootInstances`, and nothing else.

mod reboot;
mod xml;

pub(crate) use reboot::answer;
pub(crate) use xml::{answer_document, error_document};

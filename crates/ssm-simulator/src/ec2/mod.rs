//! EC2: forms in, XML out, in a dialect of its own. It answers the four actions of `model`, and
//! nothing else.

mod actions;
mod instances;
mod reboot;
mod regions;
mod xml;

pub(crate) use actions::answer;
pub(crate) use xml::{answer_document, error_document};

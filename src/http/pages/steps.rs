//! A step of a remedy, as texts for a page.

use crate::explain::Step;

/// One thing to do.
#[derive(Debug)]
pub(super) struct ShownStep {
    pub(super) text: String,
    /// The commands, one a line; empty if there are none.
    pub(super) commands: String,
    pub(super) paths: Vec<String>,
}

impl ShownStep {
    pub(super) fn new(step: &Step) -> Self {
        Self {
            text: step.text.clone(),
            commands: step.commands.join("\n"),
            paths: step.paths.clone(),
        }
    }
}

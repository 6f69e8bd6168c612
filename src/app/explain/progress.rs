//! The bar that shows how far the reading of a fleet has come.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const TEMPLATE: &str = "{bar:30} {pos} of {len} instances, {eta} left";

/// How many instances have been read, of those that are known so far.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A bar on stderr, if that is a terminal, and if no lines of `--verbose` would tear it apart.
    pub(super) fn new(verbose: bool) -> Self {
        let is_shown = io::stderr().is_terminal() && !verbose;
        let target = if is_shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        match ProgressStyle::with_template(TEMPLATE) {
            Ok(style) => Self(bar.with_style(style)),
            Err(_) => Self(bar),
        }
    }

    /// So many more instances are known.
    pub(super) fn know(&self, count: usize) {
        self.0.inc_length(count as u64);
    }

    /// One more instance has been read.
    pub(super) fn advance(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

//! The colours of a terminal.

use anstyle::{AnsiColor, Style};

use crate::explain::explanation::Effect;
use crate::explain::verdict::Verdict;

/// Paints words, or leaves them as they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Colours {
    pub(super) is_on: bool,
}

// === impl Colours ===

impl Colours {
    pub(super) fn effect(self, effect: Effect, words: &str) -> String {
        let colour = match effect {
            Effect::Noncompliant => AnsiColor::Red,
            Effect::Doubtful => AnsiColor::Yellow,
            Effect::Informative => AnsiColor::Cyan,
        };
        self.paint(colour.on_default().bold(), words)
    }

    pub(super) fn verdict(self, verdict: Verdict, words: &str) -> String {
        let colour = match verdict {
            Verdict::Compliant => AnsiColor::Green,
            Verdict::NonCompliant => AnsiColor::Red,
            Verdict::Unknown => AnsiColor::Yellow,
        };
        self.paint(colour.on_default().bold(), words)
    }

    pub(super) fn strong(self, words: &str) -> String {
        self.paint(Style::new().bold(), words)
    }

    fn paint(self, style: Style, words: &str) -> String {
        if self.is_on && !words.is_empty() {
            format!("{style}{words}{style:#}")
        } else {
            words.to_owned()
        }
    }
}

//! The commands that somebody has sent.

use std::collections::{BTreeMap, VecDeque};

use crate::run_command::Outcome;

/// How long AWS tries to deliver a command that does not say.
pub(crate) const DELIVERY_SECONDS: f64 = 3600.0;
/// How many commands are remembered. AWS forgets them after 30 days.
const MAX_COMMANDS: usize = 1000;

/// One command that was sent.
#[derive(Clone, Debug)]
pub(crate) struct SentCommand {
    pub(crate) id: String,
    pub(crate) document: String,
    pub(crate) comment: String,
    /// When it was sent, in seconds since 1970.
    pub(crate) sent_at: f64,
    /// Until when it may reach its instances.
    pub(crate) expires_at: f64,
    /// How it ended on each instance. It has not reached those whose outcome is pending.
    pub(crate) outcomes: BTreeMap<String, Outcome>,
}

/// The newest commands, the oldest one first.
#[derive(Debug, Default)]
pub(crate) struct CommandLog {
    sent: VecDeque<SentCommand>,
    /// The number of all commands so far, from which ids follow.
    count: u64,
}

impl CommandLog {
    /// The number of the next command.
    pub(super) fn next_number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    pub(super) fn record(&mut self, command: SentCommand) {
        if self.sent.len() == MAX_COMMANDS {
            self.sent.pop_front();
        }
        self.sent.push_back(command);
    }

    pub(super) fn find(&self, id: &str) -> Option<&SentCommand> {
        self.sent.iter().find(|command| command.id == id)
    }

    /// The commands that were sent to an instance, the newest one first.
    pub(super) fn of_instance<'a>(
        &'a self,
        instance_id: &'a str,
    ) -> impl Iterator<Item = &'a SentCommand> {
        self.sent
            .iter()
            .rev()
            .filter(move |command| command.outcomes.contains_key(instance_id))
    }
}

impl SentCommand {
    /// How the command has ended on an instance by a moment.
    pub(super) fn outcome(&self, instance_id: &str, clock: f64) -> Option<Outcome> {
        match self.outcomes.get(instance_id)? {
            Outcome::Pending if clock >= self.expires_at => Some(Outcome::Undelivered),
            known => Some(known.clone()),
        }
    }
}

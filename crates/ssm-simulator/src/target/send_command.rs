//! Commands that are sent to instances. They end at once, except on instances that are offline.

use std::collections::BTreeMap;

use super::command_log::SentCommand;
use super::orders::PatchOrder;
use super::simulated_target::SimulatedTarget;
use super::truth::TruthDepth;
use crate::effects::ScriptEffect;
use crate::fleet;
use crate::random;
use crate::run_command::Outcome;

/// What somebody asks for with `SendCommand`.
#[derive(Clone, Debug)]
pub(crate) struct CommandOrder {
    pub(crate) document: String,
    pub(crate) comment: String,
    pub(crate) effect: CommandEffect,
    pub(crate) instance_ids: Vec<String>,
    /// How long AWS tries to deliver the command.
    pub(crate) delivery_seconds: f64,
}

/// What the document does.
#[derive(Clone, Debug)]
pub(crate) enum CommandEffect {
    Patch(PatchOrder),
    Script(ScriptEffect),
    UpdateAgent,
    /// The document reports nothing that compliance depends on.
    Nothing,
}

impl SimulatedTarget {
    /// Sends a command. Its instances must be listed.
    pub(crate) fn send_command(&mut self, order: CommandOrder) -> SentCommand {
        let number = self.commands.next_number();
        let id = random::uuid(random::join(
            self.names.seed,
            random::text(&format!("command {number}")),
        ));
        let sent_at = self.next_change();
        let outcomes: BTreeMap<String, Outcome> = order
            .instance_ids
            .iter()
            .map(|instance| {
                (
                    instance.clone(),
                    self.run_command(instance, &order.effect, &id),
                )
            })
            .collect();
        let command = SentCommand {
            id,
            document: order.document,
            comment: order.comment,
            sent_at,
            expires_at: sent_at + order.delivery_seconds,
            outcomes,
        };
        self.commands.record(command.clone());
        command
    }

    pub(crate) fn sent_command(&self, id: &str) -> Option<&SentCommand> {
        self.commands.find(id)
    }

    fn run_command(&mut self, id: &str, effect: &CommandEffect, command_id: &str) -> Outcome {
        let Some(slot) = self.find(id).filter(|slot| self.is_online(*slot)) else {
            return Outcome::Pending;
        };
        let outcome = match effect {
            CommandEffect::Patch(order) => self.patch_instance(slot, id, *order, command_id),
            CommandEffect::Script(script) => {
                self.run_script(slot, id, script);
                success(&script.output())
            }
            CommandEffect::UpdateAgent => {
                self.update_agent(slot);
                success("The agent is up to date.")
            }
            CommandEffect::Nothing => success("Succeeded."),
        };
        // By now the tools of the account have reported too, if there was anything to mend.
        self.report_again(id);
        outcome
    }

    pub(super) fn is_online(&self, slot: u32) -> bool {
        self.instance(slot)
            .is_some_and(|instance| instance.ping_status == "Online")
    }

    fn update_agent(&mut self, slot: u32) {
        let mut resource = self.resource(slot, TruthDepth::WithItems);
        if let Some(instance) = &mut resource.instance {
            fleet::LATEST_AGENT_VERSION.clone_into(&mut instance.agent_version);
            instance.is_latest_version = Some(true);
        }
        self.keep_rows(slot, resource);
    }
}

fn success(output: &str) -> Outcome {
    Outcome::Success {
        output: output.to_owned(),
    }
}

//! What all findings about one non-compliant association have in common.

use super::patch_facts::with_failed_step;
use super::steps::{place, verified_types};
use crate::explain::case::{ASSOCIATION, Case};
use crate::explain::commands;
use crate::explain::evidence::AssociationHistory;
use crate::explain::explanation::{Finding, Step};
use crate::explain::moment;
use crate::explain::paths;
use crate::explain::rows::{AssociationExecutionRow, AssociationStatusRow};
use crate::explain::words::is_word;
use crate::model::{ItemRow, Timestamp, last_segment};

/// The columns of an association's history.
const EXECUTION_COLUMNS: &[&str] = &["execution_id", "status", "created"];

/// How many executions are evidence, the newest first.
const MAX_EXECUTIONS: usize = 5;

/// One non-compliant association of the instance, with all that was read of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct AssociationItem<'a> {
    pub(super) case: Case<'a>,
    pub(super) item: &'a ItemRow,
    status: Option<&'a AssociationStatusRow>,
    history: Option<&'a AssociationHistory>,
}

/// Returns the non-compliant associations whose document satisfies a condition, each of them once.
pub(super) fn associations(
    case: Case<'_>,
    is_wanted: fn(&str) -> bool,
) -> Vec<AssociationItem<'_>> {
    if !case.is_noncompliant(ASSOCIATION) {
        return Vec::new();
    }
    let mut items = case.items_of(ASSOCIATION);
    items.retain(|item| is_wanted(last_segment(item.document())));
    items.sort_by(|a, b| a.id.cmp(&b.id));
    items.dedup_by(|a, b| a.id == b.id);
    items
        .into_iter()
        .map(|item| AssociationItem::new(case, item))
        .collect()
}

// === impl AssociationItem ===

impl<'a> AssociationItem<'a> {
    fn new(case: Case<'a>, item: &'a ItemRow) -> Self {
        let mut rows = case.evidence.associations.done().into_iter().flatten();
        let mut histories = case.evidence.histories.iter();
        Self {
            case,
            item,
            status: rows.find(|row| row.association_id == item.id),
            history: histories.find(|history| history.association_id == item.id),
        }
    }

    /// The name of the association for a sentence, if it has one, and else its id.
    pub(super) fn name(&self) -> &'a str {
        let name = self.status.map_or("", |row| row.association_name.as_str());
        let names = [name, &self.item.title, &self.item.id];
        let known = names.into_iter().find(|name| !name.is_empty());
        known.unwrap_or("without an id")
    }

    /// The document that it runs, without the ARN of a shared one.
    pub(super) fn document(&self) -> &'a str {
        last_segment(self.item.document())
    }

    /// Its status on the instance, in words for a sentence.
    pub(super) fn outcome(&self) -> &'static str {
        match self.status {
            Some(row) if is_word(&row.status, "TimedOut") => "timed out",
            _ => "failed",
        }
    }

    /// Adds what is known of the association and its last run on the instance.
    pub(super) fn evidence(&self, finding: Finding) -> Finding {
        let finding = finding
            .text("association_id", &self.item.id)
            .text(
                "association_name",
                self.status.map_or("", |row| &row.association_name),
            )
            .text("document", self.item.document())
            .text("severity", &self.item.severity);
        let finding = match self.status {
            Some(row) => with_status(finding, row),
            None => finding,
        };
        let finding = self.with_run(finding);
        self.with_executions(finding)
    }

    /// Completes the finding of an association that failed to run: what proves it, its history to
    /// read, the cause to mend, and another run.
    pub(super) fn failure(&self, finding: Finding, mend: Step) -> Finding {
        let finding = self
            .since(self.evidence(finding))
            .step(self.read("Read the history of the association, and what its last run wrote."))
            .step(mend)
            .step(self.run_again());
        self.verified(finding)
    }

    /// Since when the association fails, as far as AWS lists its executions.
    pub(super) fn since(&self, finding: Finding) -> Finding {
        match self.first_failure() {
            Some(time) => finding.since(
                Some(time),
                "the first execution without success, on any instance, that AWS still lists in a \
                 row",
            ),
            None => finding.since(
                self.status.and_then(|row| row.executed),
                "the last run on this instance",
            ),
        }
    }

    /// Reads what the run wrote.
    pub(super) fn read(&self, text: &str) -> Step {
        let place = place(self.case);
        let mut step = Step::new(text)
            .command(commands::association_executions(place, &self.item.id))
            .paths(paths::of_command(self.case, self.command_id()));
        if !self.execution_id().is_empty() {
            step = step.command(commands::association_targets(
                place,
                &self.item.id,
                self.execution_id(),
            ));
        }
        if !self.command_id().is_empty() {
            step = step.command(commands::command_output(place, self.command_id()));
        }
        step
    }

    /// Runs the association once more.
    pub(super) fn run_again(&self) -> Step {
        Step::new(
            "Run the association once more. This runs it now on ALL its targets, not only on \
             this instance.",
        )
        .command(commands::start_association(place(self.case), &self.item.id))
    }

    /// How to see that it is mended.
    pub(super) fn verified(&self, finding: Finding) -> Finding {
        let command = commands::association_status(place(self.case), &self.item.id);
        let finding = finding.verify("The association has succeeded on this instance:", command);
        verified_types(finding, self.case)
    }

    fn with_run(&self, finding: Finding) -> Finding {
        let finding = finding
            .text("execution_id", self.execution_id())
            .text("command_id", self.command_id());
        let command = self.history.and_then(|history| history.command.done());
        match command {
            Some(Some(command)) => with_failed_step(finding, &command.steps),
            _ => finding,
        }
    }

    fn with_executions(&self, finding: Finding) -> Finding {
        let rows = self.executions().iter().take(MAX_EXECUTIONS);
        let rows = rows.map(execution_row).collect();
        finding.table("executions", EXECUTION_COLUMNS, rows)
    }

    fn executions(&self) -> &'a [AssociationExecutionRow] {
        let read = self.history.and_then(|history| history.executions.done());
        read.map_or(&[], Vec::as_slice)
    }

    fn first_failure(&self) -> Option<Timestamp> {
        let failed = self
            .executions()
            .iter()
            .take_while(|row| !is_word(&row.status, "Success"));
        failed.filter_map(|row| row.created).min()
    }

    fn execution_id(&self) -> &'a str {
        let run = self.history.and_then(|history| history.run.done());
        match run {
            Some(Some(run)) => &run.execution_id,
            _ => self
                .executions()
                .first()
                .map_or("", |row| &row.execution_id),
        }
    }

    fn command_id(&self) -> &'a str {
        let run = self.history.and_then(|history| history.run.done());
        let run = run.and_then(Option::as_ref);
        run.map_or("", |run| &run.command_id)
    }
}

fn with_status(finding: Finding, row: &AssociationStatusRow) -> Finding {
    finding
        .text("status", &row.status)
        .text("detailed_status", &row.detailed_status)
        .text("error_code", &row.error_code)
        .time("executed", row.executed)
        .text("execution_summary", &row.execution_summary)
        .text("output_url", &row.output_url)
}

fn execution_row(row: &AssociationExecutionRow) -> Vec<String> {
    let created = row.created.map(moment::rfc3339);
    vec![
        row.execution_id.clone(),
        row.status.clone(),
        created.unwrap_or_default(),
    ]
}

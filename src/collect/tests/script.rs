//! A scripted AWS: answers from a [`ScriptedTarget`], takes its time, fails as told and remembers
//! what it was asked.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::scripted_target::ScriptedTarget;
use super::*;
use crate::model::{
    AssociationRow, BaselineRow, FailureReason, InstanceRow, ItemRow, PatchRow, SummaryRow,
    TagKeys, TagRow, TotalsRow,
};

/// A scripted AWS. Clones share one state.
#[derive(Clone)]
pub(super) struct Script(Arc<Mutex<ScriptState>>);

pub(super) struct ScriptState {
    pub(super) scripted: ScriptedTarget,
    /// Says how each call goes.
    pub(super) rule: Box<dyn Fn(&Call) -> Step + Send>,
    /// The account that the credentials belong to, or why there are none.
    pub(super) account: SourceResult<String>,
    pub(super) latency: Duration,
    pub(super) patience: Duration,
    pub(super) calls: Vec<Call>,
    pub(super) numbers: [usize; Operation::ALL.len()],
    start: Instant,
    under_way: usize,
    pub(super) most_under_way: usize,
}

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) operation: Operation,
    /// The number of calls of the operation before this one.
    pub(super) number: usize,
    /// The instances or compliance types that it asks about, or `["*"]` for all types.
    pub(super) about: Vec<String>,
    pub(super) token: Option<String>,
    /// The number of rows that it asks for.
    pub(super) size: usize,
    /// When it was made, as time since the start of the script.
    pub(super) at: Duration,
}

/// Says how a call goes.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// The call is answered as usual.
    Answer,
    /// The call is answered as usual, after this time.
    After(Duration),
    /// The call is never answered.
    Hang,
    /// The call is never answered, and blocks its thread until the sender is dropped.
    Block(Arc<Mutex<std::sync::mpsc::Receiver<()>>>),
    /// The code of the source panics.
    Panic,
    /// The call fails.
    Fail(FailureReason, FailureScope),
    /// The answer has its rows, but this token: the row to go on with and, after a `#`, anything.
    Next(String),
    /// The answer has no rows, but this token.
    Empty(String),
    /// The answer is as usual, but so many rows could not be read.
    Skip(usize),
    /// The answer has neither a list nor a token.
    NoList,
    /// The answer has only the first rows of the page, as if there were no more.
    OnlyFirst(usize),
}

pub(super) fn error(reason: FailureReason, scope: FailureScope) -> SourceError {
    SourceError::new(reason, scope, "scripted")
}

impl Script {
    pub(super) fn new(scripted: ScriptedTarget) -> Self {
        Self(Arc::new(Mutex::new(ScriptState {
            scripted,
            rule: Box::new(|_| Step::Answer),
            account: Ok("111122223333".to_owned()),
            latency: Duration::from_millis(100),
            patience: Duration::from_secs(30),
            calls: Vec::new(),
            numbers: Default::default(),
            start: Instant::now(),
            under_way: 0,
            most_under_way: 0,
        })))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, ScriptState> {
        self.0.lock().expect("no test panics inside")
    }

    pub(super) fn rule(&self, rule: impl Fn(&Call) -> Step + Send + 'static) {
        self.state().rule = Box::new(rule);
    }

    pub(super) fn pace(&self, latency: Duration, patience: Duration) {
        let mut state = self.state();
        (state.latency, state.patience) = (latency, patience);
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut ScriptedTarget)) {
        let scripted = &mut self.state().scripted;
        change(scripted);
        scripted.settle();
    }

    /// Returns the calls of an operation so far.
    pub(super) fn calls(&self, operation: Operation) -> Vec<Call> {
        self.state()
            .calls
            .iter()
            .filter(|call| call.operation == operation)
            .cloned()
            .collect()
    }

    /// Returns what the calls of an operation asked about, sorted.
    pub(super) fn asked_about(&self, operation: Operation) -> Vec<String> {
        let mut asked: Vec<_> = self
            .calls(operation)
            .into_iter()
            .flat_map(|call| call.about)
            .collect();
        asked.sort();
        asked
    }

    async fn page<T: Clone>(
        &self,
        operation: Operation,
        about: Vec<String>,
        request: &PageRequest,
        rows: impl Fn(&ScriptedTarget) -> Vec<&T>,
    ) -> SourceResult<Page<T>> {
        let (step, latency) = self.asked(operation, about, request);
        take_time(&step, latency).await;
        let mut state = self.state();
        state.under_way -= 1;
        let page_rows = request.max_results.max(operation.min_page_rows());
        let page = page_of(&rows(&state.scripted), request, page_rows);
        altered(page, step)
    }

    fn asked(
        &self,
        operation: Operation,
        about: Vec<String>,
        request: &PageRequest,
    ) -> (Step, Duration) {
        let mut state = self.state();
        let number = state.numbers[operation as usize];
        state.numbers[operation as usize] += 1;
        let call = Call {
            operation,
            number,
            about,
            token: request.token.clone(),
            size: request.max_results,
            at: state.start.elapsed(),
        };
        let step = (state.rule)(&call);
        state.calls.push(call);
        state.under_way += 1;
        state.most_under_way = state.most_under_way.max(state.under_way);
        (step, state.latency)
    }
}

/// Waits for as long as a call takes.
async fn take_time(step: &Step, latency: Duration) {
    match step {
        Step::Hang => std::future::pending().await,
        Step::Block(until) => drop(until.lock().expect("one call blocks").recv()),
        Step::Panic => panic!("on purpose"),
        Step::After(latency) => sleep(*latency).await,
        _ => sleep(latency).await,
    }
}

/// Returns the page of `rows` that a request asks for.
fn page_of<T: Clone>(rows: &[&T], request: &PageRequest, page_rows: usize) -> Page<T> {
    let start = request.token.as_deref().map_or(0, start_of);
    let end = rows.len().min(start + page_rows);
    let page = rows.get(start..end).unwrap_or_default();
    Page {
        rows: Some(page.iter().copied().cloned().collect()),
        skipped: 0,
        next: (end < rows.len()).then(|| end.to_string()),
    }
}

/// Returns the row at which the page of a token starts.
fn start_of(token: &str) -> usize {
    let start = token.split('#').next().expect("there is a first part");
    start.parse().expect("the script has made the token")
}

/// Changes a page in the way in which the call is to go.
fn altered<T>(page: Page<T>, step: Step) -> SourceResult<Page<T>> {
    let page = match step {
        Step::Fail(reason, scope) => return Err(error(reason, scope)),
        Step::Next(next) => Page {
            next: Some(next),
            ..page
        },
        Step::Empty(next) => Page {
            rows: Some(Vec::new()),
            skipped: 0,
            next: Some(next),
        },
        Step::Skip(skipped) => Page { skipped, ..page },
        Step::NoList => Page {
            rows: None,
            skipped: 0,
            next: None,
        },
        Step::OnlyFirst(count) => Page {
            rows: page.rows.map(|rows| rows.into_iter().take(count).collect()),
            next: None,
            ..page
        },
        Step::Answer | Step::After(_) | Step::Hang | Step::Block(_) | Step::Panic => page,
    };
    Ok(page)
}

impl Source for Script {
    async fn begin(&self) -> SourceResult<String> {
        self.state().account.clone()
    }

    fn patience(&self) -> Duration {
        self.state().patience
    }

    async fn instances(&self, page: &PageRequest) -> SourceResult<Page<InstanceRow>> {
        self.page(
            Operation::DescribeInstanceInformation,
            Vec::new(),
            page,
            |scripted| scripted.instances.iter().collect(),
        )
        .await
    }

    async fn summaries(
        &self,
        types: &TypeFilter,
        page: &PageRequest,
    ) -> SourceResult<Page<SummaryRow>> {
        let about = match types {
            TypeFilter::All => vec!["*".to_owned()],
            TypeFilter::Named(names) => names.clone(),
        };
        let asked = |row: &&SummaryRow| match types {
            TypeFilter::All => true,
            TypeFilter::Named(names) => names.contains(&row.compliance_type),
        };
        self.page(
            Operation::ListResourceComplianceSummaries,
            about,
            page,
            |scripted| scripted.summaries.iter().filter(asked).collect(),
        )
        .await
    }

    async fn totals(&self, page: &PageRequest) -> SourceResult<Page<TotalsRow>> {
        self.page(
            Operation::ListComplianceSummaries,
            Vec::new(),
            page,
            |scripted| scripted.totals.iter().collect(),
        )
        .await
    }

    async fn patch_states(
        &self,
        ids: &[Arc<str>],
        page: &PageRequest,
    ) -> SourceResult<Page<PatchRow>> {
        let about: Vec<String> = ids.iter().map(ToString::to_string).collect();
        self.page(
            Operation::DescribeInstancePatchStates,
            about,
            page,
            |scripted| {
                ids.iter()
                    .filter_map(|id| scripted.patches.get(&**id))
                    .collect()
            },
        )
        .await
    }

    async fn baselines(&self, page: &PageRequest) -> SourceResult<Page<BaselineRow>> {
        self.page(
            Operation::DescribePatchBaselines,
            Vec::new(),
            page,
            |scripted| scripted.baselines.iter().collect(),
        )
        .await
    }

    async fn associations(&self, page: &PageRequest) -> SourceResult<Page<AssociationRow>> {
        self.page(Operation::ListAssociations, Vec::new(), page, |scripted| {
            scripted.associations.iter().collect()
        })
        .await
    }

    async fn tags(&self, keys: &TagKeys, page: &PageRequest) -> SourceResult<Page<TagRow>> {
        let about = keys.iter().map(str::to_owned).collect();
        self.page(Operation::GetResources, about, page, |scripted| {
            scripted.tags.iter().collect()
        })
        .await
    }

    async fn items(
        &self,
        id: &str,
        types: &TypeFilter,
        page: &PageRequest,
    ) -> SourceResult<Page<ItemRow>> {
        let is_wanted = |row: &&ItemRow| match types {
            TypeFilter::All => true,
            TypeFilter::Named(names) => names.contains(&row.compliance_type),
        };
        self.page(
            Operation::ListComplianceItems,
            vec![id.to_owned()],
            page,
            |scripted| {
                let items = scripted.items.get(id).into_iter().flatten();
                items.filter(is_wanted).collect()
            },
        )
        .await
    }
}

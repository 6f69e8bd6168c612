//! The one retry loop: a permit, an attempt, and what to do about its failure.
//!
//! The SDK's own retries are off for SSM. They would not wait for a permit, so they would exceed
//! the request ceiling, and they would not be counted.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_ssm::error::ProvideErrorMetadata;
use tokio::time::{Instant, sleep};

use super::Meter;
use super::attempt_log::EndedAttempt;
use super::backoff::{MAX_RETRY_AFTER, backoff, jitter};
use super::classify::{self, CallContext, Failure, Retry};
use super::credentials::TargetCredentials;
use super::limiter::{Limiter, QueuePosition};
use super::metered_attempt::MeteredAttempt;
use super::operations::PendingAnswer;
use super::retry_budget::RetryBudgets;
use crate::collect::{SourceError, SourceResult};
use crate::model::Operation;

/// How many attempts a call makes when it meets transient faults.
pub(super) const TRANSIENT_ATTEMPTS: u32 = 3;
/// How many attempts a call makes when it is throttled. There are more of these, because AWS does
/// not refuse such a call but only wants it later.
pub(super) const THROTTLED_ATTEMPTS: u32 = 8;
/// The longest wait after the first transient fault; it doubles with each that follows.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);

/// Makes the calls of one target.
pub(super) struct Caller {
    pub(super) limiter: Arc<Limiter>,
    pub(super) credentials: Arc<TargetCredentials>,
    pub(super) meter: Arc<dyn Meter>,
    pub(super) budgets: RetryBudgets,
}

/// The attempts of one call so far.
struct CallHistory {
    context: CallContext,
    attempts: u32,
    transient_faults: u32,
    throttles: u32,
}

/// How one attempt begins.
#[derive(Clone, Copy)]
struct AttemptStart {
    at: Instant,
    /// The number of the credentials that it is signed with.
    credentials: u64,
}

impl Caller {
    /// Begins a refresh, and says which account it reads.
    pub(super) async fn begin(&self) -> SourceResult<String> {
        self.begin_calls();
        self.credentials.begin().await
    }

    /// Begins the calls of a refresh that has its credentials from elsewhere.
    pub(super) fn begin_calls(&self) {
        self.limiter.begin();
        self.budgets.refill();
    }

    /// Tells the meter to expect an operation that not every configuration needs.
    pub(super) fn expect_calls(&self, operation: Operation) {
        self.meter.expected(operation);
        self.tell_limit(operation);
    }

    /// Makes a call, with as many attempts as its failures allow; `send` starts one of them.
    pub(super) async fn call<T, E>(
        &self,
        context: CallContext,
        send: impl Fn() -> PendingAnswer<T, E> + Send + Sync,
    ) -> SourceResult<T>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        // All attempts keep the same position, so that a retry goes before calls that came later.
        let position = self.limiter.next_position(context.operation);
        let mut history = CallHistory::new(context);
        loop {
            history.attempts += 1;
            let start = self.wait_for_permit(position).await?;
            match self.attempt(&history, send()).await {
                Ok(output) => {
                    // The target may have other credentials by now, about which this says nothing.
                    self.credentials.accepted(start.credentials);
                    return Ok(output);
                }
                Err(failure) => self.prepare_retry(&mut history, start, failure).await?,
            }
        }
    }

    /// Waits until an attempt may be sent.
    async fn wait_for_permit(&self, position: QueuePosition) -> SourceResult<AttemptStart> {
        // Without credentials, a permit would be wasted.
        self.credentials.ready().await?;
        let waited = self.limiter.permit(position).await;
        self.meter.waited(waited);
        // The wait may have been longer than the credentials were good for.
        let credentials = self.credentials.ready().await?;
        Ok(AttemptStart {
            at: Instant::now(),
            credentials,
        })
    }

    async fn attempt<T, E>(
        &self,
        history: &CallHistory,
        answer: PendingAnswer<T, E>,
    ) -> Result<T, Failure>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let operation = history.context.operation;
        let attempt = MeteredAttempt::begin(&*self.meter, operation, history.attempts);
        let (result, ended) = attempt.run(answer).await;
        match result {
            Ok(output) => {
                self.note_answer(&ended);
                Ok(output)
            }
            Err(error) => {
                let failure = classify::ssm_failure(&error, &history.context);
                self.note_failure(&ended, &failure.error);
                Err(failure)
            }
        }
    }

    fn note_answer(&self, attempt: &EndedAttempt) {
        attempt.log(None);
        self.limiter.answered();
        self.budgets.earn();
        // After a throttle the limit climbs back bit by bit, so the meter is told at every answer.
        self.tell_limit(attempt.operation);
    }

    fn note_failure(&self, attempt: &EndedAttempt, error: &SourceError) {
        attempt.log(Some(error));
        self.meter.failed(attempt.operation, error.reason);
    }

    /// Returns when the call may be made once more, or fails for good.
    async fn prepare_retry(
        &self,
        history: &mut CallHistory,
        start: AttemptStart,
        failure: Failure,
    ) -> SourceResult<()> {
        match failure.retry {
            Retry::Never => Err(failure.error),
            // The credentials are replaced once per refresh. After that, this returns the error.
            Retry::WithOtherCredentials => {
                self.credentials
                    .refused(start.credentials, failure.error)
                    .await
            }
            Retry::Slower => {
                self.slow_down(history.context.operation, start, failure.retry_after);
                self.retry_throttled(history, failure.error)
            }
            Retry::AfterBackoff => self.retry_transient(history, failure).await,
        }
    }

    fn slow_down(&self, operation: Operation, start: AttemptStart, retry_after: Option<Duration>) {
        self.limiter.throttled(operation, start.at, retry_after);
        self.tell_limit(operation);
    }

    fn retry_throttled(&self, history: &mut CallHistory, error: SourceError) -> SourceResult<()> {
        history.throttles += 1;
        if history.throttles >= THROTTLED_ATTEMPTS || !self.budgets.throttled.spend() {
            return Err(error);
        }
        // There is no sleep here, because the limiter holds back all calls now, this one included.
        Ok(())
    }

    async fn retry_transient(
        &self,
        history: &mut CallHistory,
        failure: Failure,
    ) -> SourceResult<()> {
        history.transient_faults += 1;
        if history.transient_faults >= TRANSIENT_ATTEMPTS || !self.budgets.transient.spend() {
            return Err(failure.error);
        }
        sleep(pause(history.transient_faults, failure.retry_after)).await;
        Ok(())
    }

    /// Tells the meter what every operation is allowed.
    pub(super) fn tell_limits(&self) {
        for operation in Operation::OF_REFRESH {
            self.tell_limit(operation);
        }
    }

    fn tell_limit(&self, operation: Operation) {
        self.meter.limit(operation, self.limiter.allowed(operation));
    }
}

impl CallHistory {
    const fn new(context: CallContext) -> Self {
        Self {
            context,
            attempts: 0,
            transient_faults: 0,
            throttles: 0,
        }
    }
}

/// How long to wait after this many transient faults, unless AWS has said how long.
fn pause(faults: u32, retry_after: Option<Duration>) -> Duration {
    match retry_after {
        Some(retry_after) => retry_after.min(MAX_RETRY_AFTER),
        None => jitter(backoff(FIRST_BACKOFF, faults)),
    }
}

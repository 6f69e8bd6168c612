//! The one retry loop: a ticket, an attempt, and what to make of its failure.
//!
//! The SDK's retries are off for SSM. They would pass the ceiling by, and nobody could count them.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use tokio::time::{Instant, sleep};

use super::classify::{self, Again, Failure, Question};
use super::credentials::TargetCredentials;
use super::limiter::{Limiter, backoff, jitter};
use super::{Meter, attempt_log};
use crate::collect::{Operation, SourceResult};

/// Attempts of a call that meets transient faults.
pub(super) const TRANSIENT_ATTEMPTS: u32 = 3;
/// Attempts of a call that is throttled: AWS wants it later, not never.
pub(super) const THROTTLED_ATTEMPTS: u32 = 8;
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
/// The most of AWS's `x-amz-retry-after` that is honoured after a transient fault.
const LONGEST_ASKED: Duration = Duration::from_secs(30);

/// Makes the calls of one target.
pub(super) struct Caller {
    pub(super) limiter: Limiter,
    pub(super) credentials: Arc<TargetCredentials>,
    pub(super) meter: Arc<dyn Meter>,
    pub(super) budgets: Budgets,
}

impl Caller {
    /// Makes a call; `send` starts one attempt of it.
    pub(super) async fn call<T, E, F, Fut>(&self, question: Question, send: F) -> SourceResult<T>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Fn() -> Fut + Send + Sync,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    {
        let operation = question.operation;
        let place = self.limiter.place(operation);
        let (mut number, mut transients, mut throttles) = (0, 0, 0);
        loop {
            number += 1;
            self.credentials.ready().await?;
            self.meter.waited(self.limiter.permit(place).await);
            let lease = self.credentials.ready().await?;
            let began = Instant::now();
            let failure = match self.attempt(&question, number, &send).await {
                Ok(output) => {
                    self.credentials.accepted(lease);
                    return Ok(output);
                }
                Err(failure) => failure,
            };
            let is_last = match failure.again {
                Again::Never => true,
                Again::Credentials => {
                    self.credentials.refused(lease, failure.error).await?;
                    continue;
                }
                Again::Throttled => {
                    throttles += 1;
                    self.limiter
                        .throttled(operation, began, failure.retry_after);
                    self.meter.limit(operation, self.limiter.allowed(operation));
                    throttles >= THROTTLED_ATTEMPTS || !self.budgets.throttled.spend()
                }
                Again::Transient => {
                    transients += 1;
                    transients >= TRANSIENT_ATTEMPTS || !self.budgets.transient.spend()
                }
            };
            if is_last {
                return Err(failure.error);
            }
            if failure.again == Again::Transient {
                sleep(pause(transients, failure.retry_after)).await;
            }
        }
    }

    async fn attempt<T, E, F, Fut>(
        &self,
        question: &Question,
        number: u32,
        send: &F,
    ) -> Result<T, Failure>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Fn() -> Fut + Send + Sync,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    {
        let operation = question.operation;
        let began = Instant::now();
        let attempt = Attempt {
            meter: &*self.meter,
            operation,
            sent: began,
        };
        let (result, head) = attempt_log::observed(Box::pin(send())).await;
        drop(attempt);
        let result = result.map_err(|error| classify::failure_of(&error, question));
        let error = result.as_ref().err().map(|failure| &failure.error);
        attempt_log::log(operation, number, began.elapsed(), &head, error);
        match &result {
            Ok(_) => {
                self.limiter.answered();
                self.meter.limit(operation, self.limiter.allowed(operation));
                self.budgets.earn();
            }
            Err(failure) => self.meter.failed(operation, failure.error.reason),
        }
        result
    }
}

fn pause(tries: u32, asked: Option<Duration>) -> Duration {
    asked.map_or_else(
        || jitter(backoff(FIRST_BACKOFF, tries)),
        |asked| asked.min(LONGEST_ASKED),
    )
}

/// An attempt on the wire; counted also when it is given up half-way.
struct Attempt<'a> {
    meter: &'a dyn Meter,
    operation: Operation,
    sent: Instant,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.meter.attempted(self.operation, self.sent.elapsed());
    }
}

/// How many retries a target has left in a refresh, so that a storm ends.
pub(super) struct Budgets {
    transient: Budget,
    throttled: Budget,
}

impl Budgets {
    pub(super) const fn new() -> Self {
        Self {
            transient: Budget::new(50, 1),
            throttled: Budget::new(500, 10),
        }
    }

    /// Begins a refresh.
    pub(super) fn begin(&self) {
        self.transient.fill();
        self.throttled.fill();
    }

    /// A good answer earns some of what was spent: a long refresh meets more faults than a short
    /// one.
    fn earn(&self) {
        self.transient.earn();
        self.throttled.earn();
    }
}

/// Retries, counted in tenths.
struct Budget {
    left: AtomicI64,
    full: i64,
    /// Tenths that a good answer earns.
    earned: i64,
}

impl Budget {
    const RETRY: i64 = 10;

    const fn new(retries: i64, earned: i64) -> Self {
        let full = retries * Self::RETRY;
        Self {
            left: AtomicI64::new(full),
            full,
            earned,
        }
    }

    fn fill(&self) {
        self.left.store(self.full, Ordering::Relaxed);
    }

    fn earn(&self) {
        let more = |left: i64| (left < self.full).then(|| (left + self.earned).min(self.full));
        let _full_already = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    fn spend(&self) -> bool {
        let less = |left: i64| (left >= Self::RETRY).then(|| left - Self::RETRY);
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_ends_and_good_answers_earn_retries() {
        let budget = Budget::new(2, 5);
        assert!(budget.spend() && budget.spend() && !budget.spend());
        budget.earn();
        assert!(!budget.spend());
        budget.earn();
        assert!(budget.spend());
        budget.fill();
        budget.earn();
        assert!(budget.spend() && budget.spend() && !budget.spend());
    }
}

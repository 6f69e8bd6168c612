//! An attempt on the wire, which is counted however it ends.

use tokio::time::Instant;

use super::Meter;
use super::attempt_log::{self, EndedAttempt};
use crate::model::Operation;

/// An attempt of a call to SSM. It is counted when dropped, and thus also if the call is given up
/// before its answer.
pub(super) struct MeteredAttempt<'a> {
    meter: &'a dyn Meter,
    operation: Operation,
    /// Counts the attempts of the call, from 1.
    number: u32,
    sent: Instant,
}

impl<'a> MeteredAttempt<'a> {
    pub(super) fn begin(meter: &'a dyn Meter, operation: Operation, number: u32) -> Self {
        Self {
            meter,
            operation,
            number,
            sent: Instant::now(),
        }
    }

    /// Waits for the answer; also returns what there is to log about the attempt.
    pub(super) async fn run<F: Future>(self, answer: F) -> (F::Output, EndedAttempt) {
        let (result, head) = attempt_log::observed(answer).await;
        let ended = EndedAttempt {
            operation: self.operation,
            number: self.number,
            took: self.sent.elapsed(),
            head,
        };
        (result, ended)
    }
}

impl Drop for MeteredAttempt<'_> {
    fn drop(&mut self) {
        self.meter.attempted(self.operation, self.sent.elapsed());
    }
}

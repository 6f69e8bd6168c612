//! Answers of anybody in the place of AWS, through the real SDK: their status, headers and body.
//!
//! They come from memory, and time is paused, so that waiting between attempts takes none. The
//! examples are files: `tests/fuzz/corpus/aws-answers`, `tests/fuzz/corpus/sts-answers`.

mod answers;
mod in_memory;
mod sts;

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use crate::collect::SourceError;

/// Longer than all attempts of a call with all that AWS may ask to wait between them.
const MAX_CALL_TIME: Duration = Duration::from_hours(1);

fn paused_runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime")
}

/// The result of a call, which ends in bounded time.
async fn in_bounded_time<T>(call: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let result = call.await;
    assert!(
        start.elapsed() < MAX_CALL_TIME,
        "it took {:?}",
        start.elapsed()
    );
    result
}

/// An error is one short line without secrets. Returns its reason.
fn check_error(error: &SourceError) -> &'static str {
    let detail = &error.detail;
    assert!(!detail.chars().any(char::is_control), "{detail:?}");
    assert!(detail.chars().count() < 1000, "{detail}");
    check_secrets(detail);
    check_secrets(error.request_id.as_deref().unwrap_or_default());
    error.reason.as_str()
}

fn check_secrets(text: &str) {
    for secret in [in_memory::SECRET_KEY, in_memory::SESSION_TOKEN] {
        assert!(!text.contains(secret), "{text}");
    }
}

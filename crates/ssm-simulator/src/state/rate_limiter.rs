//! The rate limits of all targets.

use std::collections::HashMap;
use std::time::Instant;

use super::bucket::Bucket;
use crate::options::RateLimitScope;

/// The calls that share one limit.
#[derive(Debug, PartialEq, Eq, Hash)]
struct BucketKey {
    account: String,
    region: String,
    /// The operation, unless all operations share the limit.
    operation: Option<&'static str>,
}

/// Lets calls through at a rate, or all of them without one.
#[derive(Debug)]
pub(super) struct RateLimiter {
    requests_per_second: Option<f64>,
    scope: RateLimitScope,
    buckets: HashMap<BucketKey, Bucket>,
}

impl RateLimiter {
    pub(super) fn new(requests_per_second: Option<f64>, scope: RateLimitScope) -> Self {
        Self {
            requests_per_second,
            scope,
            buckets: HashMap::new(),
        }
    }

    /// Replaces the rate. All buckets are full again.
    pub(super) fn set_rate(&mut self, requests_per_second: Option<f64>) {
        self.requests_per_second = requests_per_second;
        // Each bucket fills at the rate it was made with, so none of them can stay.
        self.buckets.clear();
    }

    /// Whether a call is let through.
    pub(super) fn admit(
        &mut self,
        account: &str,
        region: &str,
        operation: &'static str,
        now: Instant,
    ) -> bool {
        let Some(rate) = self.requests_per_second else {
            return true;
        };
        let key = BucketKey {
            account: account.to_owned(),
            region: region.to_owned(),
            operation: match self.scope {
                RateLimitScope::Target => None,
                RateLimitScope::Operation => Some(operation),
            },
        };
        let bucket = self
            .buckets
            .entry(key)
            .or_insert_with(|| Bucket::new(rate, now));
        bucket.admit(now)
    }
}

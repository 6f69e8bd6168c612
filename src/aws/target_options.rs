//! What a target is read with.

use std::fmt;
use std::time::Duration;

/// Which target to read, and how.
#[derive(Clone, PartialEq)]
pub struct TargetOptions {
    /// For example `eu-west-1`.
    pub region: String,
    /// The account, where it is known without asking STS: twelve digits.
    pub account_id: Option<String>,
    /// The role to assume; without one the base credentials are used.
    pub role_arn: Option<String>,
    /// Name of the role's sessions; the exporter's own without one.
    pub role_session_name: Option<String>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// Ceiling over all operations; above zero.
    pub requests_per_second: f64,
    /// From the start of a refresh to the start of the next; a refresh is spread over half of it.
    pub refresh_interval: Duration,
    /// How long a time without calls may be made up for at once, as a burst. None for the exporter,
    /// which is not in a hurry.
    pub burst: Duration,
    /// Timeout of one attempt of one call, from its permit to the last byte.
    pub attempt_timeout: Duration,
}

impl TargetOptions {
    /// Whether the credentials of the other options serve these as well.
    pub(super) fn has_same_credentials(&self, other: &Self) -> bool {
        self.region == other.region
            && self.account_id == other.account_id
            && self.role_arn == other.role_arn
            && self.role_session_name == other.role_session_name
            && self.external_id == other.external_id
    }
}

// Written by hand, because `derive` would show the external id, which is as good as a secret: with
// it, others could have the role assumed on their behalf.
impl fmt::Debug for TargetOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let external_id = self.external_id.as_ref().map(|_| "<redacted>");
        f.debug_struct("TargetOptions")
            .field("region", &self.region)
            .field("account_id", &self.account_id)
            .field("role_arn", &self.role_arn)
            .field("role_session_name", &self.role_session_name)
            .field("external_id", &external_id)
            .field("requests_per_second", &self.requests_per_second)
            .field("refresh_interval", &self.refresh_interval)
            .field("burst", &self.burst)
            .field("attempt_timeout", &self.attempt_timeout)
            .finish()
    }
}

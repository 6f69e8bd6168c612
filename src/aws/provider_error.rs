//! What an error of a provider of credentials means when a call meets it.

use aws_credential_types::provider::error::CredentialsError;

use super::diagnosis::Diagnosis;
use super::error_chain::{causes, find};
use super::network_failure;
use crate::collect::SourceError;

/// What is said if nothing is configured that could give credentials.
pub(super) const NO_CREDENTIALS: &str = "no AWS credentials found";
/// What to do then.
pub(super) const CONFIGURE_CREDENTIALS: &str =
    "set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run where a role is attached";

/// Why there were no credentials for a call. If they came from the default chain, it has found out
/// already, and its own error comes back.
pub(super) fn to_source_error(error: &CredentialsError) -> SourceError {
    if let Some(error) = find::<SourceError>(error) {
        return error.clone();
    }
    diagnose(error).into_error()
}

fn diagnose(error: &CredentialsError) -> Diagnosis {
    // A provider that is not the default chain says only that it has nothing.
    if matches!(error, CredentialsError::CredentialsNotLoaded(_)) {
        let detail = format!("{NO_CREDENTIALS}: {CONFIGURE_CREDENTIALS}");
        return Diagnosis::invalid_credentials(detail);
    }
    network_failure::diagnose("AWS", error)
        .unwrap_or_else(|| Diagnosis::invalid_credentials(causes(error)))
}

#[cfg(test)]
mod tests {
    use std::io;

    use aws_sdk_ssm::error::ConnectorError;

    use super::*;
    use crate::collect::FailureScope;
    use crate::model::FailureReason;

    #[test]
    fn no_credentials_at_all_names_the_way_out() {
        let error = to_source_error(&CredentialsError::not_loaded_no_source());
        assert_eq!(error.reason, FailureReason::InvalidCredentials);
        assert!(error.detail.contains("AWS_PROFILE"), "{}", error.detail);
    }

    #[test]
    fn a_failure_of_the_network_is_not_blamed_on_the_credentials() {
        let reason =
            |connector| to_source_error(&CredentialsError::provider_error(connector)).reason;
        assert_eq!(
            reason(ConnectorError::io(Box::new(io::Error::other("down")))),
            FailureReason::Network
        );
        assert_eq!(
            reason(ConnectorError::timeout("slow".into())),
            FailureReason::Timeout
        );
        assert_eq!(
            to_source_error(&CredentialsError::provider_error("bad file")).reason,
            FailureReason::InvalidCredentials
        );
    }

    #[test]
    fn the_chain_keeps_its_word_when_a_call_repeats_it() {
        let error = SourceError::new(
            FailureReason::Internal,
            FailureScope::Call,
            "why".to_owned(),
        );
        assert_eq!(
            to_source_error(&CredentialsError::provider_error(error.clone())),
            error
        );
    }
}

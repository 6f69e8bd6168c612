//! What the exit code says. Nothing else decides on it, but clap over a command line that is wrong.

use std::process::ExitCode;

use crate::app::{Answer, FleetError};
use crate::config::ConfigError;

/// Exit code if the configuration is wrong (`EX_CONFIG` of sysexits.h), so that a supervisor can
/// tell this from a failure that a restart may mend.
const BAD_CONFIGURATION: u8 = 78;
/// Exit code of `explain` if it could not tell, for whatever reason: its 1 means non-compliant.
const UNCLEAR: u8 = 3;

/// Why `explain` could not tell.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub(super) struct Unclear(pub(super) anyhow::Error);

pub(super) fn exit_code(error: &anyhow::Error) -> ExitCode {
    if is_of_configuration(error) {
        BAD_CONFIGURATION.into()
    } else if error.is::<Unclear>() {
        UNCLEAR.into()
    } else {
        ExitCode::FAILURE
    }
}

/// Whether the configuration must be changed before the program can run.
pub(super) fn is_of_configuration(error: &anyhow::Error) -> bool {
    match error.downcast_ref() {
        // The system lacks a resource, which no change of the configuration mends.
        Some(FleetError::Render(_)) => false,
        Some(_) => true,
        None => error.is::<ConfigError>(),
    }
}

pub(super) fn success_if(is_success: bool) -> ExitCode {
    // The command itself has done its work, so there is no error to print; but scripts must notice.
    if is_success {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

pub(super) fn exit_code_of(answer: Answer) -> ExitCode {
    match answer {
        Answer::Compliant => ExitCode::SUCCESS,
        Answer::NonCompliant => ExitCode::FAILURE,
        Answer::Unclear => UNCLEAR.into(),
    }
}

//! The variables with which a container is told where its credentials are.
//!
//! The SDK reads them by itself and takes an empty one for a value, so here an empty one is a
//! problem.

use super::super::value_forms::{any, is_graphic};
use super::super::variable_reader::VariableReader;
use super::token_file;
use crate::config::forms::{self, Fault};

const RELATIVE_URI: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";

/// Whether the process runs in a container that has a role.
pub(super) fn is_configured(variables: VariableReader<'_>) -> bool {
    variables.is_set(RELATIVE_URI) || variables.is_set(FULL_URI)
}

/// Reports what is wrong with these variables.
pub(super) async fn check(variables: VariableReader<'_>) {
    for name in [RELATIVE_URI, TOKEN_FILE, TOKEN] {
        variables.report_if_empty(name);
    }
    check_uri(variables);
    check_token(variables).await;
}

fn check_uri(variables: VariableReader<'_>) {
    variables.parsed(RELATIVE_URI, relative_uri);
    // The SDK reads the full URI only if there is no relative one.
    if !variables.is_set(RELATIVE_URI) {
        variables.parsed(FULL_URI, full_uri);
    }
}

async fn check_token(variables: VariableReader<'_>) {
    // The SDK reads the token itself only if there is no file. EKS renews the file, so it is the
    // one that stays right.
    if let Some(file) = variables.parsed(TOKEN_FILE, any) {
        token_file::check(&file, variables.problems).await;
    } else {
        variables.secret(TOKEN, authorization);
    }
}

fn relative_uri(text: &str) -> Result<(), Fault> {
    if is_path(text) {
        return Ok(());
    }
    Err(Fault::new(
        "is not the path of a URI",
        "it begins with a slash; unset it if the container has no role",
    ))
}

fn is_path(text: &str) -> bool {
    // The SDK puts the path behind the host as it is, so nothing in it may end the path.
    text.starts_with('/') && is_graphic(text) && !text.contains(['#', '\\'])
}

/// The URI must have a scheme: the SDK panics over `localhost:8080`.
fn full_uri(text: &str) -> Result<(), Fault> {
    let without_query = text.split('?').next().unwrap_or_default();
    forms::http_url(without_query).map(drop)
}

fn authorization(text: &str) -> Result<(), Fault> {
    if can_stand_in_header(text) {
        return Ok(());
    }
    Err(Fault::new(
        "cannot stand in a header",
        "set it anew, or unset it",
    ))
}

/// `Basic ...` and the like have a space in the middle.
fn can_stand_in_header(text: &str) -> bool {
    text.split(' ').all(is_graphic)
}

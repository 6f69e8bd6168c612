//! The variables with which a container is told where its credentials are.
//!
//! The SDK reads them by itself and takes an empty one for a value, so here an empty one is a
//! problem.

use super::super::reader::SettingReader;
use super::super::value_forms::any;
use super::super::variables::Variables;
use super::token_file;
use crate::config::forms::{self, Fault};

const RELATIVE_URI: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";

/// Whether the process runs in a container that has a role.
pub(super) fn is_configured(variables: &Variables) -> bool {
    variables.is_set(RELATIVE_URI) || variables.is_set(FULL_URI)
}

/// Reports what is wrong with these variables.
pub(super) async fn check(reader: SettingReader<'_>) {
    for name in [RELATIVE_URI, TOKEN_FILE, TOKEN] {
        if reader.variables.is_empty(name) {
            reader.problems.add(
                name,
                "it is set to nothing, which the AWS SDK takes for a value here",
                "unset it",
            );
        }
    }
    reader.variable(RELATIVE_URI, relative_uri);
    // The SDK reads the full URI only if there is no relative one.
    if !reader.variables.is_set(RELATIVE_URI) {
        reader.variable(FULL_URI, full_uri);
    }
    // The file goes before the token itself.
    if let Some(file) = reader.variable(TOKEN_FILE, any) {
        token_file::check(&file.value, &file.place, reader.problems).await;
    } else {
        reader
            .variables
            .secret(TOKEN, reader.problems, authorization);
    }
}

fn relative_uri(text: &str) -> Result<(), Fault> {
    let is_printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    if text.starts_with('/') && is_printable && !text.contains(['#', '\\']) {
        return Ok(());
    }
    Err(Fault::new(
        "is not the path of a URI",
        "it begins with a slash; unset it if the container has no role",
    ))
}

/// The URI must have a scheme: the SDK panics over `localhost:8080`.
fn full_uri(text: &str) -> Result<(), Fault> {
    let without_query = text.split('?').next().unwrap_or_default();
    forms::http_url(without_query).map(drop)
}

/// What can stand in a header. `Basic ...` and the like have a space in the middle.
fn authorization(text: &str) -> Result<(), Fault> {
    let is_header = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if is_header {
        return Ok(());
    }
    Err(Fault::new(
        "cannot stand in a header",
        "set it anew, or unset it",
    ))
}

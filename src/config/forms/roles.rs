//! Roles, and what is sent to assume them, in the forms of the IAM and STS API references.

use super::characters::is_lowercase_or_digit;
use super::identifiers::is_account_id;
use crate::config::problem::Fault;
use crate::config::secret::Secret;

/// IAM's limit for a role's name, and that of STS for a session's name, in characters.
const MAX_NAME_BYTES: usize = 64;
/// IAM's limit for a path is 512 characters, with a slash at its beginning and one at its end.
const MAX_PATH_BYTES: usize = 510;
/// The limit of STS for an external id, in characters.
const MAX_EXTERNAL_ID_BYTES: usize = 1224;

/// A role to assume, with the account it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleArn {
    pub(crate) arn: String,
    pub(crate) account_id: String,
}

/// `arn:PARTITION:iam::ACCOUNT:role/NAME`, in every partition.
pub(crate) fn role_arn(text: &str) -> Result<RoleArn, Fault> {
    RoleArn::parse(text).ok_or_else(|| not_a_role_arn(text))
}

fn not_a_role_arn(text: &str) -> Fault {
    // What `aws sts get-caller-identity` prints is often pasted here.
    let hint = if text.contains(":assumed-role/") {
        "this is a session of a role; give the role itself: arn:aws:iam::111122223333:role/NAME"
    } else {
        "write it like arn:aws:iam::111122223333:role/ssm-compliance-exporter"
    };
    Fault::new("is not the ARN of a role", hint)
}

impl RoleArn {
    fn parse(text: &str) -> Option<Self> {
        // At most six parts, because the resource may hold colons itself.
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, resource] = parts[..] else {
            return None;
        };
        // A role for a service has a path, which is part of the name here.
        let name = resource.strip_prefix("role/")?;
        if !is_partition(partition) || !is_account_id(account) || !is_role_name(name) {
            return None;
        }
        Some(Self {
            arn: text.to_owned(),
            account_id: account.to_owned(),
        })
    }
}

/// `aws`, or `aws-` and more: a list would refuse the roles of a new partition.
fn is_partition(text: &str) -> bool {
    if text == "aws" {
        return true;
    }
    match text.strip_prefix("aws-") {
        Some(rest) => !rest.is_empty() && rest.bytes().all(is_partition_byte),
        None => false,
    }
}

fn is_partition_byte(byte: u8) -> bool {
    is_lowercase_or_digit(byte) || byte == b'-'
}

/// The name of a role, with its path if it has one: `exporter`, `monitoring/exporter`.
pub(in crate::config) fn role_name(text: &str) -> Result<String, Fault> {
    if is_role_name(text) && !is_like_arn(text) {
        Ok(text.to_owned())
    } else {
        Err(not_a_role_name(text))
    }
}

fn is_like_arn(text: &str) -> bool {
    // IAM lets a path hold colons, but what holds one here is an ARN.
    text.contains(':')
}

fn not_a_role_name(text: &str) -> Fault {
    // The ARN of the role is at hand in most tools, so it is often pasted here.
    let hint = if text.starts_with("arn:") {
        "give the name alone, the part of the ARN after role/"
    } else {
        "letters, digits and +=,.@_- are allowed, at most 64 of them, after a path such as monitoring/ if there is one"
    };
    Fault::new("is not the name of a role", hint)
}

fn is_role_name(text: &str) -> bool {
    match text.rsplit_once('/') {
        Some((path, name)) => is_path(path) && is_name(name),
        None => is_name(text),
    }
}

fn is_name(text: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&text.len()) && text.bytes().all(is_name_byte)
}

fn is_path(text: &str) -> bool {
    text.len() <= MAX_PATH_BYTES && text.split('/').all(is_path_part)
}

fn is_path_part(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic())
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte)
}

/// What STS takes as the name of a role's session.
pub(crate) fn role_session_name(text: &str) -> Result<String, Fault> {
    if is_session_name(text) {
        Ok(text.to_owned())
    } else {
        Err(not_a_session_name())
    }
}

fn is_session_name(text: &str) -> bool {
    // Unlike the name of a role, that of a session has at least two characters.
    text.len() >= 2 && is_name(text)
}

fn not_a_session_name() -> Fault {
    let hint = "STS takes 2 to 64 letters, digits and +=,.@_- (no spaces)";
    Fault::new("is not the name of a session", hint)
}

/// What STS takes as an external id. The fault does not repeat the value.
pub(crate) fn external_id(text: &str) -> Result<Secret, Fault> {
    if is_external_id(text) {
        Ok(Secret::new(text.to_owned()))
    } else {
        Err(not_an_external_id())
    }
}

fn is_external_id(text: &str) -> bool {
    let has_length = (2..=MAX_EXTERNAL_ID_BYTES).contains(&text.len());
    has_length && text.bytes().all(is_external_id_byte)
}

fn not_an_external_id() -> Fault {
    // A secret store often adds a newline, which nobody sees.
    let hint =
        "STS takes 2 to 1224 letters, digits and +=,.@:/_- (no spaces, no newline at the end)";
    Fault::new("is not an external id", hint)
}

fn is_external_id_byte(byte: u8) -> bool {
    is_name_byte(byte) || byte == b':' || byte == b'/'
}

//! Ids and names of accounts, organizational units and tags.

use super::characters::{is_digits, is_lowercase_or_digit};
use crate::config::problem::Fault;

/// Digits of an account id.
const ACCOUNT_ID_DIGITS: usize = 12;
/// Longest name of an account. The limit is ours, because the name is ours too: AWS never sees it.
const MAX_ACCOUNT_NAME_BYTES: usize = 256;
/// AWS's limit for the key of a tag, in characters.
const MAX_TAG_KEY_CHARS: usize = 128;
/// The limit of AWS Organizations for each part of an organizational unit's id, in characters.
const MAX_OU_PART_BYTES: usize = 32;

/// Twelve digits.
pub(crate) fn account_id(text: &str) -> Result<String, Fault> {
    if is_account_id(text) {
        return Ok(text.to_owned());
    }
    Err(Fault::new(
        "is not an account id",
        "account ids have 12 digits, leading zeros included",
    ))
}

pub(crate) fn is_account_id(text: &str) -> bool {
    // Digits without quotes are a number to YAML, but scalars stay text here, so a leading zero is
    // still there.
    text.len() == ACCOUNT_ID_DIGITS && is_digits(text)
}

/// The name shown for an account.
pub(in crate::config) fn account_name(text: &str) -> Result<String, Fault> {
    if text.trim().is_empty() {
        return Err(empty_account_name());
    }
    // A control character would garble a terminal.
    if text.len() > MAX_ACCOUNT_NAME_BYTES || text.chars().any(char::is_control) {
        return Err(unusable_account_name());
    }
    Ok(text.to_owned())
}

fn empty_account_name() -> Fault {
    let hint = "give a name, or remove the key to show the account id";
    Fault::new("is empty", hint)
}

fn unusable_account_name() -> Fault {
    let hint = "names have at most 256 bytes and no control characters";
    Fault::new("is not a usable name", hint)
}

/// `ou-ROOT-ID`, as in the Organizations API reference.
pub(in crate::config) fn ou_id(text: &str) -> Result<String, Fault> {
    if is_ou_id(text) {
        Ok(text.to_owned())
    } else {
        Err(not_an_ou_id(text))
    }
}

fn not_an_ou_id(text: &str) -> Fault {
    // Tools list the root beside the units, although it is none.
    let hint = if text.starts_with("r-") {
        "this is the organization's root; leave include_ous out to take every account"
    } else {
        "write it like ou-ab12-34cd56ef"
    };
    Fault::new("is not the id of an organizational unit", hint)
}

fn is_ou_id(text: &str) -> bool {
    let Some(parts) = text.strip_prefix("ou-") else {
        return false;
    };
    match parts.split_once('-') {
        Some((root, id)) => is_ou_part(root, 4) && is_ou_part(id, 8),
        None => false,
    }
}

fn is_ou_part(part: &str, min_bytes: usize) -> bool {
    let lengths = min_bytes..=MAX_OU_PART_BYTES;
    lengths.contains(&part.len()) && part.bytes().all(is_lowercase_or_digit)
}

/// The key of a tag.
pub(in crate::config) fn tag_key(text: &str) -> Result<String, Fault> {
    match text {
        "*" => Err(every_tag()),
        // This is the beginning of AWS's own tags, and not a whole key.
        "aws:" => Err(not_a_tag_key(
            "write the whole key, such as aws:autoscaling:groupName",
        )),
        _ if is_tag_key(text) => Ok(text.to_owned()),
        _ => Err(not_a_tag_key("tag keys have 1 to 128 characters")),
    }
}

fn every_tag() -> Fault {
    Fault::new(
        "would turn every tag into a label, so that every new tag would change all series",
        "list the keys that you need, such as [Name, Environment, Team]",
    )
}

fn not_a_tag_key(hint: &str) -> Fault {
    Fault::new("is not a tag key", hint)
}

fn is_tag_key(text: &str) -> bool {
    // AWS counts characters and not bytes.
    let length = text.chars().count();
    (1..=MAX_TAG_KEY_CHARS).contains(&length) && !text.chars().any(char::is_control)
}

//! Access keys of sessions. They contain the account, which saves a list of all that were given
//! out.

use crate::ids::is_account_id;

const SESSION_PREFIX: &str = "ASIA";

/// The access key of a session in an account. Different numbers give different keys.
pub(crate) fn session_access_key(account: &str, number: u64) -> String {
    // With four digits the key is as long as a real one.
    format!("{}{:04}", session_key_prefix(account), number % 10_000)
}

/// What all access keys of sessions in an account start with.
pub(crate) fn session_key_prefix(account: &str) -> String {
    format!("{SESSION_PREFIX}{account}")
}

/// The account of a session, if the access key is one that a role gave out.
pub(crate) fn account_of_access_key(access_key: &str) -> Option<&str> {
    let account = access_key.strip_prefix(SESSION_PREFIX)?.get(..12)?;
    is_account_id(account).then_some(account)
}

//! The sessions that roles have given out.

use std::collections::HashSet;

/// Access keys of sessions. All keys of one account start with the same letters and digits.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    valid: HashSet<String>,
    ended: HashSet<String>,
}

impl Sessions {
    pub(super) fn begin(&mut self, access_key: String) {
        // Access keys repeat after 10,000 requests, and a new session must not be refused because
        // an old one with the same key has ended.
        self.ended.remove(&access_key);
        self.valid.insert(access_key);
    }

    /// Ends every session whose access key starts with `prefix`.
    pub(super) fn end(&mut self, prefix: &str) {
        let ended = self.valid.extract_if(|key| key.starts_with(prefix));
        self.ended.extend(ended);
    }

    pub(super) fn has_ended(&self, access_key: &str) -> bool {
        self.ended.contains(access_key)
    }
}

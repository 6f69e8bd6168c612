//! Who may log in.

use std::collections::HashMap;

use super::password_hash::PasswordHash;

/// The users with their hashed passwords.
#[derive(Debug, Default)]
pub(in crate::http) struct Users {
    hashes: HashMap<Vec<u8>, PasswordHash>,
    /// What passwords of unknown users are checked against: a hash for each of the users, of the
    /// same cost.
    of_nobody: Vec<PasswordHash>,
}

/// The hash that a password is checked against.
pub(super) struct Candidate<'a> {
    pub(super) hash: &'a PasswordHash,
    pub(super) is_known: bool,
}

impl Users {
    pub(in crate::http) fn new(users: Vec<(String, PasswordHash)>) -> Self {
        let of_nobody = users.iter().map(|(_, hash)| hash.of_nobody()).collect();
        let named = users.into_iter();
        let hashes = named
            .map(|(name, hash)| (name.into_bytes(), hash))
            .collect();
        Self { hashes, of_nobody }
    }

    pub(in crate::http) fn count(&self) -> usize {
        self.hashes.len()
    }

    /// Whether nobody has to log in.
    pub(in crate::http) fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// What a password of this user is checked against. An unknown user gets a hash as expensive as
    /// those of the known ones, so that the time for an answer does not tell who there is. Where
    /// costs differ, `choice` says which: the same for the same name.
    pub(super) fn candidate(
        &self,
        user: &[u8],
        choice: impl FnOnce() -> usize,
    ) -> Option<Candidate<'_>> {
        if let Some(hash) = self.hashes.get(user) {
            return Some(Candidate {
                hash,
                is_known: true,
            });
        }
        let index = choice().checked_rem(self.of_nobody.len())?;
        Some(Candidate {
            hash: self.of_nobody.get(index)?,
            is_known: false,
        })
    }
}

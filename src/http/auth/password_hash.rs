//! Passwords as bcrypt hashes them.

use std::fmt;
use std::str::FromStr;

use bcrypt::HashParts;

use crate::config::document::Fault;

/// The least and the highest cost of a hash: each step doubles the time of a check. Above that no
/// scraper would wait for its answer.
const COSTS: std::ops::RangeInclusive<u32> = 4..=18;

/// Salt and sum of a hash that no password is known for.
const NOBODY: &str = "QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";

/// A password hashed by bcrypt, of which only the cost may be shown.
#[derive(Clone, Eq, PartialEq)]
pub(in crate::http) struct PasswordHash {
    text: String,
    cost: u32,
}

impl PasswordHash {
    /// Reads a hash as `htpasswd -B` writes it.
    pub(in crate::http) fn parse(text: &str) -> Result<Self, Fault> {
        let Ok(parts) = HashParts::from_str(text) else {
            let hint = "write what `htpasswd -nBC 10 \"\" | tr -d ':\\n'` prints, in single quotes";
            return Err(Fault::new("is no bcrypt hash", hint));
        };
        let cost = parts.get_cost();
        if !COSTS.contains(&cost) {
            let what = format!("has a cost of {cost}");
            return Err(Fault::new(what, "choose one from 4 to 18; 10 is usual"));
        }
        let text = text.to_owned();
        Ok(Self { text, cost })
    }

    /// A hash of the same cost that no password has.
    pub(super) fn of_nobody(&self) -> Self {
        Self {
            text: format!("$2y${:02}${NOBODY}", self.cost),
            cost: self.cost,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the password is the one that was hashed. This takes long.
    pub(super) fn is_of(&self, password: &[u8]) -> bool {
        // A password that bcrypt cannot take is not the right one.
        bcrypt::verify(password, &self.text).unwrap_or(false)
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PasswordHash(cost {})", self.cost)
    }
}

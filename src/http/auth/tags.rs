//! Tags of logins: what tells two of them apart without keeping either.

use aws_lc_rs::hmac::{self, HMAC_SHA256, Key};
use aws_lc_rs::rand::SystemRandom;

use super::basic::Login;

/// Bytes of a tag.
const TAG_BYTES: usize = 32;

/// Stands for a login and the hash that it was checked against.
pub(super) type LoginTag = [u8; TAG_BYTES];

/// Makes tags under a key of its own, so that whoever sees memory learns no password from them, and
/// nobody outside can make two logins meet.
#[derive(Debug)]
pub(super) struct Tagger(Key);

impl Tagger {
    /// Nothing if the system has no random numbers.
    pub(super) fn new() -> Option<Self> {
        let key = Key::generate(HMAC_SHA256, &SystemRandom::new()).ok()?;
        Some(Self(key))
    }

    pub(super) fn tag(&self, login: &Login, hash: &str) -> LoginTag {
        self.sum(&[&login.user, hash.as_bytes(), &login.password])
    }

    /// A number that is the same for the same name, and that nobody can foresee.
    pub(super) fn choice(&self, user: &[u8]) -> usize {
        let [first, second, ..] = self.sum(&[user]);
        usize::from(u16::from_be_bytes([first, second]))
    }

    fn sum(&self, parts: &[&[u8]]) -> LoginTag {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            // With their lengths, two lists of parts are never the same bytes.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut tag = [0; TAG_BYTES];
        for (to, from) in tag.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        tag
    }
}

//! Logins by HTTP's basic authentication (RFC 7617), with passwords hashed by bcrypt.
//!
//! A check costs a tenth of a second of a processor on purpose, so that whoever gets hold of the
//! hashes cannot guess passwords fast. Anybody can have such checks made by sending passwords, so
//! they are made one at a time on a thread that gives way to all others, and few may wait for it.
//! What was found out is kept, so that a scraper costs one check in the life of the process.

mod basic;
mod fairness;
mod password_hash;
mod passwords;
mod queue;
mod tags;
mod users;
mod verdicts;

pub(super) use basic::Login;
pub(super) use password_hash::PasswordHash;
pub(super) use passwords::{Judgement, PasswordChecker, TooManyLogins};
pub(super) use users::Users;

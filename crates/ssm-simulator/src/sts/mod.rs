//! STS: forms in, XML out. It answers `GetCallerIdentity` and `AssumeRole`, and nothing else.

mod access_key;
mod actions;
mod form;
mod role_arn;
mod xml;

pub(crate) use access_key::{account_of_access_key, session_access_key, session_key_prefix};
pub(crate) use actions::{Caller, answer};
pub(crate) use form::Form;
pub(crate) use role_arn::RoleArn;
pub(crate) use xml::{answer_document, error_document, escape};

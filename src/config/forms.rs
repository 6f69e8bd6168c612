//! The forms of single values, for those who read them elsewhere: AWS's environment variables and
//! profiles hold regions, roles and addresses of the same forms, and are refused with the same
//! words.

pub(crate) use super::problem::{Fault, shown};
pub(crate) use super::region::{partition_of_arn, partition_of_region, region};
pub(crate) use super::syntax::{account_id, external_id, http_url, role_arn, role_session_name};

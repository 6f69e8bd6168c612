//! The forms of single values: roles, accounts, regions, addresses, numbers, durations.
//!
//! One pure function per form turns a text into a value, or says what is wrong with it. AWS's
//! environment variables and profiles hold values of the same forms, so `aws` reads them with the
//! same functions and refuses them with the same words.

mod characters;
mod duration;
mod identifiers;
mod known_regions;
mod numbers;
mod region;
mod roles;
mod url;

pub use duration::parse_duration;

pub(crate) use super::problem::{Fault, shown};
pub(crate) use identifiers::{account_id, is_account_id};
pub(crate) use region::{
    global_region, is_known_region, is_region_like, partition_of_arn, partition_of_region, region,
};
pub(crate) use roles::{RoleArn, external_id, role_arn, role_session_name};
pub(crate) use url::http_url;

pub(super) use duration::duration;
pub(crate) use duration::format_duration;
pub(super) use identifiers::{account_name, ou_id, tag_key};
pub(super) use numbers::{boolean, rate, series_count};
pub(super) use roles::role_name;

//! A scripted AWS for the tests of this folder: HTTP/1.1 over a real socket, with one answer per
//! request as the test says.

mod counts;
mod encodings;
mod reply;
mod server;

use std::time::Duration;

pub(in crate::aws) use counts::Counts;
pub(in crate::aws) use encodings::encoded;
pub(in crate::aws) use reply::{
    Reply, html, identity, json, refusal, session, sts_refusal, with_headers,
};
pub(in crate::aws) use server::{Asked, Server};

use crate::aws::TargetOptions;

pub(in crate::aws) fn options() -> TargetOptions {
    TargetOptions {
        region: "eu-west-1".to_owned(),
        account_id: None,
        role_arn: None,
        role_session_name: None,
        external_id: None,
        requests_per_second: 500.0,
        refresh_interval: Duration::from_mins(5),
        burst: Duration::ZERO,
        attempt_timeout: Duration::from_millis(500),
    }
}

pub(in crate::aws) fn role_options() -> TargetOptions {
    let role_arn = Some("arn:aws:iam::111122223333:role/reader".to_owned());
    TargetOptions {
        role_arn,
        external_id: Some("s3cret".to_owned()),
        ..options()
    }
}

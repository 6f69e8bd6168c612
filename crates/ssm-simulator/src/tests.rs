//! The fleet is consistent and repeatable, and the server follows the protocol. Clients here are
//! raw HTTP requests; the AWS CLI is asked by `tests/awscli/check.py`.

mod client;
mod faults;
mod fleet;
mod protocol;

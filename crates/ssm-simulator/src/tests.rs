//! The fleet is consistent and repeatable, and the server follows the protocol. The clients here send
//! raw HTTP requests. The AWS CLI asks in `tests/awscli/check.py`.

mod accounts;
mod client;
mod commands;
mod consistency;
mod evidence;
mod faults_of_answers;
mod faults_of_lists;
mod fleet;
mod lists;
mod operator;
mod organization;
mod policy;
mod readme;
mod refusals;
mod regions;
mod tags;
mod unusual;

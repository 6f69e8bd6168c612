#![doc = include_str!("../README.md")]
//
// Folders, from the wire down: `http` holds connections and decides how each request ends, `ec2`,
// `sts` and `operations` make the answers, `state` is what requests share, `target` is one account in
// one region, `organization` knows the accounts, `policy` knows what IAM allows, `fleet` makes rows
// from a seed, `effects` is what commands do to rows, `run_command` what they print, and `rows` is
// what rows look like. `fault` is the table of faults. Nothing here uses the exporter's code, so that
// the same mistake cannot hide in both.

mod ec2;
mod effects;
mod fault;
mod fleet;
mod http;
mod ids;
mod model;
mod operations;
mod options;
mod organization;
mod policy;
mod random;
mod refusal;
pub mod rows;
mod run_command;
mod service;
mod simulator;
mod state;
mod sts;
mod target;
#[cfg(test)]
mod tests;
mod time;

pub use fault::{Fault, FaultError, FaultKind};
pub use options::{Options, OrganizationOptions, RateLimitScope};
pub use organization::AccountState;
pub use policy::{Policy, PolicyError};
pub use rows::{ResourceTruth, TargetTruth};
pub use simulator::Simulator;
pub use state::{LoggedRequest, RequestCount};

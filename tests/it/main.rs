//! The exporter from outside: over real sockets and against the simulated AWS, both as a library
//! and as the program.
//!
//! Each module is one concern:
//!
//! - [`truth`]: the page is the simulated account, series by series, in both formats, and nothing
//!   else.
//! - [`endurance`]: everything at once, for minutes, with panics, slow readers and a log that
//!   nobody reads.
//! - [`environment`]: variables, profiles, proxies, certificates and credential services around the
//!   program.
//! - [`explain`]: what is read of one instance, with how few calls, and what the command says of it.
//! - [`faults`]: what a failing AWS costs, and what it must not cost.
//! - [`frozen`]: a log that nobody reads, threads that the system refuses, files that never come.
//! - [`hostile`]: names that no label has seen before, from AWS to the page and back through other
//!   parsers.
//! - [`bodies`]: answers that are far too large.
//! - [`check_config`]: what of files and environments is refused, all of it at once, and what is said of
//!   those that are accepted.
//! - [`cli`]: flags, files, exit codes, signals, and what errors say.
//! - [`credentials`]: every source of credentials, and what is said where there are none.
//! - [`discovery`]: accounts and regions that are found instead of written down.
//! - [`documents`]: what documents name is there.
//! - [`iam`]: what the shipped policies allow is what is called, and what they lack is named.
//! - [`incremental`]: refreshes that read little, and are right all the same.
//! - [`landing`]: all that the landing page and service discovery name is there, below a prefix, too.
//! - [`log`]: what a line of the log is made of, in either format.
//! - [`pages`]: the pages for people say what the metrics say.
//! - [`parts`]: one target at a time, and the list of them for scrapers that share a fleet.
//! - [`reload`]: the file read anew, by signal and by HTTP, while scrapers scrape.
//! - [`sharding`]: several exporters that divide the targets of one configuration.
//! - [`soak`]: hundreds of refreshes in bad weather, and hundreds of accounts of which many are
//!   dead.
//! - [`http`]: clients that take more than they should.
//! - [`slow_readers`]: clients that ask for much and read little or nothing.
//! - [`layering`]: which folder, file and crate may name which other.
//! - [`secrets`]: an endpoint that repeats whatever it is sent.
//! - [`web`]: TLS, logins, HTTP/2, and the web configuration that asks for them.
//! - [`support`]: the simulator, the exporter, a client, and a strict reader of pages for all of
//!   these.
//!
//! What is expected is computed from the simulator's rows, after the documents of AWS and of this
//! project. Nothing here uses the exporter's own code for a series or its own rules.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod bodies;
mod check_config;
mod cli;
mod credentials;
mod discovery;
mod documents;
mod endurance;
mod environment;
mod explain;
mod faults;
mod frozen;
mod hostile;
mod http;
mod iam;
mod incremental;
mod landing;
mod layering;
mod log;
mod pages;
mod parts;
mod reload;
mod secrets;
mod sharding;
mod slow_readers;
mod soak;
mod support;
mod truth;
mod web;

//! The simulated AWS on the wire.
//!
//! `server` holds the connections. Each request is an exchange: `request` reads which operation is
//! meant, `credentials` reads who asks, `authorization` what
//! policies say of it, `exchange` decides how the request ends, and `answer` and
//! `body` write what is sent. `operator` is what a person does on an instance, without AWS.

mod answer;
mod authorization;
mod body;
mod credentials;
mod exchange;
mod operator;
mod request;
mod server;

pub(crate) use server::serve;

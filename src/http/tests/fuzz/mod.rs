//! Bytes of any client: negotiation, whole requests, and what the command line says of addresses.

mod addresses;
mod negotiation;
mod requests;
mod rfc9110;

//! The real SDK over real sockets, against answers that a test scripts.

mod answers;
mod attempts;
mod bodies;
mod calls;
mod credentials;
mod faults;
mod identities;
mod processes;
mod regions;
mod resolutions;
mod secrets;
mod sessions;
mod storm;

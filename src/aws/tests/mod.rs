//! The real SDK over real sockets, against answers that a test scripts.

mod answers;
mod calls;
mod credentials;
mod faults;
mod identities;
mod processes;
mod regions;
mod resolutions;
mod sessions;
mod storm;

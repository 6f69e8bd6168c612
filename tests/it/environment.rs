//! The program among variables, profiles, proxies and certificates: what matters works as in AWS's
//! own tools, what cannot be right is told by name, and nothing makes it panic, hang, or mean
//! something else.

mod keys;
mod networks;
mod parts;
mod table;
mod unreadable;

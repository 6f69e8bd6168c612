//! The program among variables, profiles, proxies and certificates. Settings work as in AWS's own
//! tools, a setting that cannot be right is refused by its name, and no setting makes the program
//! panic, hang, or mean something else.

mod keys;
mod networks;
mod parts;
mod table;
mod unreadable;

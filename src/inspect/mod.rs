//! Reads live what explains one instance, with as few calls as answer it.
//!
//! It decides which calls are made and in what order, and gathers what comes as
//! [`Evidence`](crate::explain::Evidence). What that means is for `explain`.

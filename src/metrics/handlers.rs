//! The closed set of values of the label `handler`: which part of the web server answered.

/// Every value of `handler`. The web server's routes are held to it by a test of theirs.
pub const HANDLERS: [&str; 10] = [
    "metrics",
    "exporter",
    "sd",
    "landing",
    "instances",
    "instance",
    "healthy",
    "ready",
    "reload",
    OTHER_HANDLER,
];

/// The `handler` of paths that nothing answers.
pub const OTHER_HANDLER: &str = "other";

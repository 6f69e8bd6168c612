//! What holds for every dashboard.

mod files;

//! No text of AWS breaks a format.

//! The dashboards of `dashboards/`: described as data, written as classic Grafana JSON, and held to
//! their rules.
//!
//! `UPDATE_DOCS=1 cargo test --test dashboards` writes the files anew. `docs/dashboards.md` says
//! how to read the dashboards.

#[cfg(test)]
mod boards;
#[cfg(test)]
mod checks;
#[cfg(test)]
mod grafana;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod queries;

//! The configuration file: read at start and at every reload, and either wholly valid or refused with
//! every problem at once.
//!
//! | step | from | to | file |
//! |---|---|---|---|
//! | 1 | text | a tree whose nodes know their lines | `yaml`, `node` |
//! | 2 | the tree | the file as written, key by key | `raw`, by way of `fields` and `named_node` |
//! | 3 | the file as written | a [`Config`], with variables replaced and rules checked | `resolve`, with the `forms` of values |
//!
//! [`reference`](mod@reference) describes every key and makes `docs/configuration.md`.
//!
//! Nothing here calls AWS or reads the environment by itself: the lookup of variables is an
//! argument. The account id behind the environment's credentials, and a region that no entry gives,
//! are left to the code that connects to AWS.

mod compliance_types;
pub(crate) mod document;
mod empty_lists;
mod error;
mod fields;
mod first_lines;
pub(crate) mod forms;
mod interpolate;
mod load;
mod named_node;
mod node;
mod problem;
mod raw;
pub mod reference;
mod resolve;
mod secret;
mod settings;
mod suggest;
#[cfg(test)]
mod tests;
mod yaml;

pub use compliance_types::ComplianceTypes;
pub use error::ConfigError;
pub use forms::parse_duration;
pub use problem::Problem;
pub use resolve::tag_label;
pub use secret::Secret;
pub use settings::{
    Account, Api, Config, Exposition, InstanceSeries, Organization, Refresh, Regions,
};

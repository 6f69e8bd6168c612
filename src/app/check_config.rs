//! The command `check-config`, which says what the program makes of its configuration.
//!
//! That a file is valid is only half of what its author wants to know. So what was accepted is told
//! as well: which accounts, which regions and where they come from, and what is read there.

mod accepted;
mod discovered;

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context as _;

use super::configuration::{accepted_base, read_configuration};
use accepted::Accepted;

/// Reads the configuration and what it needs of the environment, and writes what was accepted.
/// Calls nobody.
///
/// # Errors
/// If something is wrong with the configuration, with all that is wrong; or if `out` cannot be
/// written.
pub async fn check_config(file: Option<&Path>, out: &mut impl Write) -> anyhow::Result<()> {
    let config = read_configuration(file).await?;
    let base = accepted_base(&config, None).await?;
    let accepted = Accepted {
        file,
        config: &config,
        region: base.default_region(),
        origin: base.default_region_origin(),
    };
    write(out, &accepted).context("cannot write what was accepted")
}

fn write(out: &mut impl Write, accepted: &Accepted<'_>) -> io::Result<()> {
    write!(out, "{accepted}")?;
    out.flush()
}

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
use super::web::{WebConfigFile, read_web_config, with_web_config};
use crate::aws::AwsBase;
use crate::config::Config;
use accepted::Accepted;

/// Reads the configuration and what it needs of the environment, and writes what was accepted.
/// Calls nobody. Of the web configuration, too, if there is a file of it.
///
/// # Errors
/// If something is wrong with the configuration, with all that is wrong; or if `out` cannot be
/// written.
pub async fn check_config(
    file: Option<&Path>,
    web_file: Option<&Path>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let accepted = read_with_base(file).await;
    let (web, (config, base)) = with_web_config(read_web_config(web_file), accepted)?;
    let accepted = Accepted {
        file,
        config: &config,
        region: base.default_region(),
        origin: base.default_region_origin(),
    };
    write(out, &accepted, web.as_ref()).context("cannot write what was accepted")
}

async fn read_with_base(file: Option<&Path>) -> anyhow::Result<(Config, AwsBase)> {
    let config = read_configuration(file).await?;
    let base = accepted_base(&config, None).await?;
    Ok((config, base))
}

fn write(
    out: &mut impl Write,
    accepted: &Accepted<'_>,
    web: Option<&WebConfigFile>,
) -> io::Result<()> {
    write!(out, "{accepted}")?;
    if let Some(web) = web {
        writeln!(out, "{}", web.summary())?;
    }
    out.flush()
}

//! The command `explain`: what is asked about, and how the answer is written.

use crate::app::{ColorWhen, OutputFormat};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;

#[derive(Args, Clone, Debug)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) subject: Subject,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(crate) output: OutputFormat,
    /// Look in this account only
    #[arg(long, value_name = "ID", value_parser = account_id)]
    pub(crate) account_id: Option<String>,
    /// Look in this region only
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// When to colour the text
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    pub(crate) color: ColorWhen,
    /// Say on stderr which calls are made, what for, and how they end
    #[arg(long)]
    pub(crate) verbose: bool,
}

/// What is asked about. It is exactly one of them.
#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct Subject {
    /// Instance ids, or computer names where they are unambiguous
    #[arg(value_name = "INSTANCE_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) instances: Vec<String>,
    /// Every listed instance that is non-compliant, the worst first
    #[arg(long)]
    pub(crate) all_noncompliant: bool,
    /// The instances that lack a patch, where it failed, is rejected or waits for a reboot: a KB, a
    /// package or a CVE
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) patch: Option<String>,
}

fn account_id(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("not an account id of 12 digits".to_owned())
    }
}

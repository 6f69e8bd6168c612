//! What `explain` is asked, and how it is to answer.

/// What `explain` is asked, and how it is to answer.
#[derive(Clone, Debug)]
pub struct ExplainOptions {
    /// What to explain.
    pub subject: Subject,
    /// Where to look.
    pub scope: Scope,
    /// The form of the output.
    pub output: OutputFormat,
    /// When the output is coloured.
    pub color: ColorWhen,
    /// Whether each call is told on stderr.
    pub verbose: bool,
}

/// What to explain.
#[derive(Clone, Debug)]
pub enum Subject {
    /// Instances, by their ids or by the names of their computers.
    Instances(Vec<String>),
    /// Every listed instance that is non-compliant.
    AllNoncompliant,
    /// The instances that lack a patch: a KB, a package or a CVE.
    Patch(String),
}

/// Where to look.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The account's id; all accounts without one.
    pub account_id: Option<String>,
    /// The region; all regions without one.
    pub region: Option<String>,
}

/// The form of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum OutputFormat {
    /// For a person at a terminal
    #[default]
    Text,
    /// For a program: a versioned document
    Json,
    /// For a ticket
    Markdown,
    /// For a spreadsheet: one row per finding
    Csv,
}

/// When the output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

//! Every key of the file in one table, and `docs/configuration.md` made from it.
//!
//! Tests hold the table to the reader (each key is read, each default is the default) and the
//! document to the table.

/// One key of the file.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Dotted way to the key; `[]` marks each entry of a list.
    pub path: &'static str,
    /// What it takes, with the unit.
    pub kind: &'static str,
    /// The default as YAML, or `-` if absence means something that cannot be written.
    pub default: &'static str,
    /// An example as YAML.
    pub example: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

/// A heading of the document, and the prose below it.
struct Section {
    prefix: &'static str,
    about: &'static str,
}

/// Every key, in the order of the document.
pub const KEYS: &[Key] = &[
    Key {
        path: "refresh.interval",
        kind: "duration, 1s or more",
        default: "5m",
        example: "10m",
        meaning: "Time from start to start of a target's refreshes. The first start of each target is spread over a \
                  small jitter. A refresh that takes longer skips the starts it misses.",
    },
    Key {
        path: "refresh.stale_after",
        kind: "duration",
        default: "1h",
        example: "2h",
        meaning: "Data is dropped this long after it was last confirmed, but never sooner than three times the longer \
                  of the interval and the collector's last duration. Not below `refresh.interval`.",
    },
    Key {
        path: "refresh.full_every",
        kind: "duration",
        default: "6h",
        example: "1d",
        meaning: "An incremental refresh reads everything again at least this often. Not below `refresh.interval`.",
    },
    Key {
        path: "api.requests_per_second",
        kind: "number, requests per second, 0.001 to 1000",
        default: "5",
        example: "2.5",
        meaning: "Ceiling per target, for all SSM operations together. The exporter stays below it, and backs off \
                  further when AWS throttles.",
    },
    Key {
        path: "api.attempt_timeout",
        kind: "duration",
        default: "10s",
        example: "20s",
        meaning: "Time limit for one attempt of a call.",
    },
    Key {
        path: "api.endpoint_url",
        kind: "http or https address",
        default: "-",
        example: "http://127.0.0.1:4566",
        meaning: "For simulators: called instead of AWS, for every service and every region. The variables \
                  `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_SSM` and so on work too, and suit VPC endpoints.",
    },
    Key {
        path: "accounts[].account_name",
        kind: "text",
        default: "-",
        example: "production",
        meaning: "Name to show for the account; without it the account id. An account has only one name, and no two \
                  accounts may share one.",
    },
    Key {
        path: "accounts[].account_id",
        kind: "12 digits, in quotes",
        default: "-",
        example: "\"111122223333\"",
        meaning: "Account that is read. Only needed where STS cannot be called, such as in a VPC without its endpoint. \
                  With `role_arn` it is taken from the ARN, and the two must agree.",
    },
    Key {
        path: "accounts[].regions",
        kind: "list of regions, or `[all]`",
        default: "-",
        example: "[eu-west-1, us-east-1]",
        meaning: "Regions to read, each as a separate target, in the partition of `role_arn` if there is one. `[all]` \
                  stands for every region that is enabled for the account: the exporter asks AWS for them \
                  (`account:ListRegions`) every `organization.refresh`, or every hour without an `organization`. \
                  Without `regions`, the region of the environment or profile.",
    },
    Key {
        path: "accounts[].role_arn",
        kind: "ARN of a role",
        default: "-",
        example: "arn:aws:iam::111122223333:role/ssm-compliance-exporter",
        meaning: "Role to assume. Without it the default AWS credential chain is used.",
    },
    Key {
        path: "accounts[].role_session_name",
        kind: "text, 2 to 64 letters, digits and `+=,.@_-`",
        default: "-",
        example: "compliance-eu",
        meaning: "Name of the role's sessions, as CloudTrail shows it. Needs `role_arn`. Without it \
                  `ssm-compliance-exporter`.",
    },
    Key {
        path: "accounts[].external_id",
        kind: "text, 2 to 1224 letters, digits and `+=,.@:/_-`",
        default: "-",
        example: "\"${EXTERNAL_ID}\"",
        meaning: "External id sent when the role is assumed. Needs `role_arn`. Never logged.",
    },
    Key {
        path: "compliance_types",
        kind: "list of globs",
        default: "[\"*\"]",
        example: "[Patch, Association, \"Custom:*\"]",
        meaning: "Compliance types to read. Globs support `*`, `?`, `[ab]` and `{a,b}`, and are case-sensitive. A glob that can \
                  match none of AWS's types (`Patch`, `Association` and `Custom:NAME`) is an error. Without `Patch` the collectors `patches`, `baselines` and `patch_details` are off; without `Association`, \
                  `associations` and `items` are.",
    },
    Key {
        path: "instance_tags",
        kind: "list of tag keys",
        default: "-",
        example: "[Name, Environment, Team]",
        meaning: "Tag keys copied to `aws_ssm_instance_info` as labels `tag_<key>`. Characters that a label cannot \
                  have become `_`; two keys that become the same label are an error, and so is `*`. At most 50 keys. \
                  `Name` also fills the label `name` of instances that have no name from a hybrid activation. Needs \
                  `tag:GetResources`. Without `instance_tags`, no tags are read.",
    },
    Key {
        path: "tag_compliance",
        kind: "list of tag keys",
        default: "-",
        example: "[Team]",
        meaning: "The keys of `instance_tags` by whose values instances are counted in \
                  `aws_ssm_tag_compliance_instances`, whatever `exposition.instances` says. In each target, the 200 \
                  values of a key with the most instances are counted separately, and all others together as \
                  `(other)`.",
    },
    Key {
        path: "organization.role_name",
        kind: "name of a role, with its path",
        default: "-",
        example: "ssm-compliance-exporter",
        meaning: "Required. Role to assume in each account that is found, including the exporter's own.",
    },
    Key {
        path: "organization.lister_role_arn",
        kind: "ARN of a role",
        default: "-",
        example: "arn:aws:iam::999988887777:role/organization-reader",
        meaning: "Role to assume for listing the organization. Without it, the default AWS credential chain is used.",
    },
    Key {
        path: "organization.include_ous",
        kind: "list of organizational unit ids",
        default: "-",
        example: "[ou-ab12-34cd56ef]",
        meaning: "Organizational units to read, with all units below them. Without it, the whole organization.",
    },
    Key {
        path: "organization.exclude_accounts",
        kind: "list of account ids",
        default: "-",
        example: "[\"111122223333\"]",
        meaning: "Accounts to leave out.",
    },
    Key {
        path: "organization.regions",
        kind: "list of regions, or `[all]`",
        default: "-",
        example: "[eu-west-1]",
        meaning: "Required. Regions to read in each account. `[all]` stands for every region that is enabled for the \
                  account, which AWS is asked for at each discovery (`account:ListRegions`).",
    },
    Key {
        path: "organization.refresh",
        kind: "duration, 1s or more",
        default: "1h",
        example: "30m",
        meaning: "Time from one discovery to the next, which lists the accounts and, for `[all]`, their regions. \
                  What could not be listed is retried sooner.",
    },
    Key {
        path: "exposition.instances",
        kind: "`all`, `noncompliant` or `none`",
        default: "all",
        example: "noncompliant",
        meaning: "Which instances get `aws_ssm_instance_*` series. `noncompliant`: those with a `NON_COMPLIANT` \
                  summary or an unreported type.",
    },
    Key {
        path: "exposition.include_unlisted",
        kind: "`true` or `false`",
        default: "false",
        example: "true",
        meaning: "Whether resources that only the compliance APIs still know (stopped, terminated) are shown too.",
    },
    Key {
        path: "exposition.max_patch_info_series",
        kind: "whole number, series per target, up to 1000000",
        default: "0",
        example: "5000",
        meaning: "Maximum number of `aws_ssm_instance_noncompliant_patch_info` series: beyond it the least severe \
                  patches are left out. Above 0, patches and CVEs are also counted over all instances. 0 turns this \
                  off and makes no calls for it; otherwise it takes one call for each non-compliant instance that \
                  has been scanned since (docs/scaling.md). Needs `Patch` among `compliance_types`.",
    },
];

const SECTIONS: &[Section] = &[
    Section {
        prefix: "refresh",
        about: "When targets are read.",
    },
    Section {
        prefix: "api",
        about: "How AWS is called.",
    },
    Section {
        prefix: "accounts",
        about: "A list. Each region of each entry is one target. Without the key there is one account: the \
                default AWS credential chain and the region of the environment or profile. A region given twice for \
                one account is an error. Without the key, `demo` reads its own accounts.",
    },
    Section {
        prefix: "compliance_types",
        about: "What is read.",
    },
    Section {
        prefix: "instance_tags",
        about: "Tags as labels.",
    },
    Section {
        prefix: "tag_compliance",
        about: "Counts by tag.",
    },
    Section {
        prefix: "organization",
        about: "Instead of, or in addition to, `accounts`: accounts found through AWS Organizations. Off without the key. \
                Each active account is read through its role and shown under its name in the organization, until it \
                is closed or excluded. If an account also has an entry under `accounts`, the entry decides how it is \
                read; use one for the management account, in which StackSets create no role. If a listing fails, the \
                accounts known so far are still read: see \
                [SsmComplianceDiscoveryFailing](runbooks/SsmComplianceDiscoveryFailing.md). A reload starts a \
                discovery at once.",
    },
    Section {
        prefix: "exposition",
        about: "Which of the data is shown.",
    },
];

const INTRODUCTION: &str = include_str!("reference.md");

/// Every path whose last part is `key`.
pub(super) fn paths_of(key: &str) -> impl Iterator<Item = &'static str> {
    KEYS.iter()
        .filter(move |known| known.name() == key)
        .map(|known| known.path)
}

/// The text of `docs/configuration.md`.
pub fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    for section in SECTIONS {
        text.push_str(&section.heading());
        // The table is in the order of the document, so each section's keys keep theirs.
        for key in KEYS.iter().filter(|key| key.section() == section.prefix) {
            text.push_str(&key.row());
        }
    }
    text
}

impl Section {
    /// The section up to the first row of its table.
    fn heading(&self) -> String {
        let Self { prefix, about } = self;
        let head = "| key | type | default | example | meaning |\n|---|---|---|---|---|\n";
        format!("\n## `{prefix}`\n\n{about}\n\n{head}")
    }
}

impl Key {
    /// The first part of the path.
    fn section(&self) -> &'static str {
        self.path.split(['.', '[']).next().unwrap_or_default()
    }

    /// The last part of the path.
    fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or_default()
    }

    /// The key as a row of its section's table.
    fn row(&self) -> String {
        let Self {
            path,
            kind,
            example,
            meaning,
            ..
        } = self;
        // Code quotes would make the dash look like a value.
        let default = match self.default {
            "-" => "none".to_owned(),
            yaml => format!("`{yaml}`"),
        };
        format!("| `{path}` | {kind} | {default} | `{example}` | {meaning} |\n")
    }
}

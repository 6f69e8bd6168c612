//! What each folder of `src/` may name.

use std::collections::BTreeSet;

use super::arrows::{Reference, folder, named_folder, references};
use super::modules::{Crate, Meaning};
use super::tokens::Token;

/// A folder of `src/`, or a file beside them, what it may name of the others, and what it must never name.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) folder: &'static str,
    /// Folders that it may name, or `folder::module` for one module of a folder. All others are
    /// forbidden, also those to come.
    pub(super) may_name: &'static [&'static str],
    /// Foreign crates, `name*` for all that begin so, and single words.
    pub(super) must_not_name: &'static [&'static str],
}

/// From the ground up: a layer may only name those above it in this list.
pub(super) const LAYERS: &[Layer] = &[
    Layer {
        folder: "locks",
        may_name: &[],
        must_not_name: &[
            "aws_*",
            "hyper*",
            "prometheus_client",
            "ssm_simulator",
            "tokio*",
        ],
    },
    Layer {
        folder: "model",
        may_name: &[],
        must_not_name: &[
            "aws_*",
            "hyper*",
            "prometheus_client",
            "ssm_simulator",
            "tokio*",
            // The model is told what time it is, so that its tests can choose.
            "Instant",
            "SystemTime",
            "UNIX_EPOCH",
        ],
    },
    Layer {
        folder: "config",
        may_name: &[],
        must_not_name: &[
            "aws_*",
            "hyper*",
            "prometheus_client",
            "ssm_simulator",
            "tokio*",
        ],
    },
    Layer {
        folder: "metrics",
        may_name: &["locks", "model"],
        must_not_name: &["aws_*", "hyper*", "ssm_simulator"],
    },
    Layer {
        folder: "collect",
        may_name: &["locks", "model"],
        must_not_name: &["aws_*", "hyper*", "prometheus_client", "ssm_simulator"],
    },
    Layer {
        folder: "discovery",
        may_name: &["collect", "model"],
        must_not_name: &[
            "aws_*",
            "hyper*",
            "prometheus_client",
            "ssm_simulator",
            "tokio*",
        ],
    },
    Layer {
        folder: "explain",
        may_name: &["model"],
        must_not_name: &[
            "aws_*",
            "hyper*",
            "prometheus_client",
            "ssm_simulator",
            "tokio*",
            // Like the model, it is told what time it is.
            "Instant",
            "SystemTime",
            "UNIX_EPOCH",
        ],
    },
    Layer {
        folder: "inspect",
        may_name: &["collect", "explain", "locks", "model"],
        must_not_name: &["aws_*", "hyper*", "prometheus_client", "ssm_simulator"],
    },
    Layer {
        folder: "aws",
        // The environment of the SDK has values of the same forms as the configuration.
        may_name: &[
            "collect",
            "config::forms",
            "discovery",
            "explain",
            "inspect",
            "locks",
            "model",
        ],
        must_not_name: &["hyper*", "prometheus_client", "ssm_simulator"],
    },
    Layer {
        folder: "http",
        // The web configuration is read in the way of the configuration, with the same messages.
        may_name: &["config::document", "explain", "locks", "metrics", "model"],
        // The SDK, crate by crate: `aws_lc_rs` is cryptography, and knows nothing of AWS.
        must_not_name: &[
            "aws_config",
            "aws_credential*",
            "aws_runtime*",
            "aws_sdk*",
            "aws_sig*",
            "aws_smithy*",
            "aws_types",
            "prometheus_client",
            "ssm_simulator",
        ],
    },
    Layer {
        folder: "app",
        may_name: &[
            "aws",
            "collect",
            "config",
            "discovery",
            "explain",
            "http",
            "inspect",
            "locks",
            "metrics",
            "model",
        ],
        must_not_name: &[],
    },
    Layer {
        folder: "cli",
        may_name: &["app", "config", "http"],
        must_not_name: &["aws_*", "hyper*", "prometheus_client", "tokio*"],
    },
    Layer {
        folder: "program",
        may_name: &["app", "cli", "config", "http"],
        must_not_name: &["aws_*", "hyper*", "prometheus_client"],
    },
];

pub(super) fn layer_of(folder: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.folder == folder)
}

/// Every breach of the rules by a path, as a line of text.
pub(super) fn breaches(modules: &Crate) -> BTreeSet<String> {
    let found = references(modules);
    found
        .iter()
        .filter_map(|reference| breach(modules, reference))
        .collect()
}

fn breach(modules: &Crate, reference: &Reference<'_>) -> Option<String> {
    let layer = layer_of(folder(modules, reference.from)?)?;
    let is_forbidden = match &reference.meaning {
        Some(meaning) => !may_name(layer, modules, meaning),
        None => must_not_name(layer, foreign_crate(reference.path)),
    };
    let file = &modules.modules[reference.from].file;
    is_forbidden.then(|| format!("{file} names {}", reference.path.join("::")))
}

fn may_name(layer: &Layer, modules: &Crate, meaning: &Meaning) -> bool {
    let Some(named) = named_folder(modules, meaning) else {
        // The root of the crate holds nothing of its own.
        return true;
    };
    let mut allowed = layer.may_name.iter();
    named == layer.folder
        || allowed.any(|allowed| match allowed.split_once("::") {
            Some((folder, _)) => folder == named && leads_through(modules, meaning, allowed),
            None => *allowed == named,
        })
}

/// Whether the path leads through the module `folder::module`.
fn leads_through(modules: &Crate, meaning: &Meaning, module: &str) -> bool {
    let mut route = meaning.route.iter();
    route.any(|step| modules.modules[*step].path.join("::") == module)
}

fn must_not_name(layer: &Layer, crate_name: &str) -> bool {
    layer
        .must_not_name
        .iter()
        .any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => crate_name.starts_with(start),
            None => crate_name == *pattern,
        })
}

/// The crate of a path that leads out of ours, which a `::` may begin.
fn foreign_crate(path: &[String]) -> &str {
    let first = path.iter().find(|segment| !segment.is_empty());
    first.map_or("", String::as_str)
}

/// The words of the layer's list that stand anywhere in this code, whatever they mean there.
pub(super) fn forbidden_words(layer: &Layer, code: &[Token]) -> Vec<&'static str> {
    let words = layer.must_not_name.iter().copied();
    words
        .filter(|word| code.iter().any(|token| token.is_name(word)))
        .collect()
}

//! The paths that documents name.

use super::mentions::{Mention, behind};

/// The paths below which an exporter of this document serves.
pub(super) fn prefixes(text: &str) -> Vec<&str> {
    let flags = ["--web.route-prefix=", "--web.external-url=https://"];
    let values = flags.iter().flat_map(|flag| behind(text, flag));
    let paths = values.filter_map(|value| Some(&value[value.find('/')?..]));
    paths.filter(|path| path.len() > 1).collect()
}

/// The mention as it is without one of these prefixes.
pub(super) fn without_prefix(mention: Mention, prefixes: &[&str]) -> Mention {
    let Mention::Endpoint(path) = &mention else {
        return mention;
    };
    let rests = prefixes
        .iter()
        .filter_map(|prefix| path.strip_prefix(*prefix));
    match rests.min_by_key(|rest| rest.len()) {
        Some("") => Mention::Endpoint("/".to_owned()),
        Some(rest) if rest.starts_with('/') => Mention::Endpoint(rest.to_owned()),
        _ => mention,
    }
}

/// A path that the exporter or Grafana answers, behind a method or alone.
pub(super) fn endpoint(span: &str) -> Option<Mention> {
    let methods = ["GET ", "POST ", "PUT ", "HEAD "];
    let path = methods
        .iter()
        .find_map(|method| span.strip_prefix(*method))
        .unwrap_or(span);
    let first = path.strip_prefix('/')?.split('/').next()?;
    let is_comment = path.starts_with("//");
    // The folders of every machine are not paths of an address.
    let is_folder = !first.is_empty() && std::path::Path::new("/").join(first).exists();
    let is_one = !path.contains(' ') && !is_folder && !is_comment && !path.starts_with("/d/");
    is_one.then(|| Mention::Endpoint(path.to_owned()))
}

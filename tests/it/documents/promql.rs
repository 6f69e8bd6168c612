//! The labels in queries.

use super::mentions::Mention;

/// What stands before a list of labels.
const LISTS: [&str; 6] = [
    " by",
    " without",
    " on",
    " ignoring",
    " group_left",
    " group_right",
];

/// Each label that a query names, and each value of it that a selector asks for.
pub(super) fn labels(query: &str) -> Vec<Mention> {
    let mut mentions = selectors(query);
    let made = made(query);
    let is_named = |mention: &Mention| match mention {
        Mention::Label { label, .. } => !made.contains(&label.as_str()),
        _ => true,
    };
    let listed = LISTS.iter().flat_map(|list| listed(query, list));
    mentions.extend(listed.filter(is_named));
    mentions
}

/// The labels that the query itself makes from others.
fn made(query: &str) -> Vec<&str> {
    // They stand behind the expression, in front of what they are made from.
    let replacements = query
        .match_indices("\", \"$1\"")
        .map(|(at, _)| &query[..at]);
    replacements
        .filter_map(|before| Some(before.rsplit_once('"')?.1))
        .collect()
}

/// The labels in the brackets behind a keyword.
fn listed<'a>(query: &'a str, keyword: &'a str) -> impl Iterator<Item = Mention> + 'a {
    let lists = query
        .match_indices(keyword)
        .map(move |(at, _)| &query[at + keyword.len()..]);
    let lists =
        lists.filter_map(|rest| Some(rest.trim_start().strip_prefix('(')?.split_once(')')?.0));
    let labels = lists.flat_map(|list| list.split(',')).map(str::trim);
    labels
        .filter(|label| !label.is_empty())
        .map(|label| Mention::Label {
            metric: None,
            label: label.to_owned(),
        })
}

fn selectors(text: &str) -> Vec<Mention> {
    let mut mentions = Vec::new();
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    for (at, _) in text.match_indices('{') {
        let before = &text[..at];
        let start = before.rfind(|c| !is_of_name(c)).map_or(0, |end| end + 1);
        let metric = &before[start..];
        let Some((matchers, _)) = text[at + 1..].split_once('}') else {
            continue;
        };
        if metric.starts_with("aws_ssm_") && !matchers.contains('{') {
            mentions.extend(
                matchers
                    .split(',')
                    .flat_map(|matcher| of_matcher(metric, matcher)),
            );
        }
    }
    mentions
}

fn of_matcher(metric: &str, matcher: &str) -> Vec<Mention> {
    let Some((label, value)) = matcher.split_once('=') else {
        return Vec::new();
    };
    let label = label.trim().trim_end_matches('!');
    let value = value.trim().trim_matches(|c: char| "~\"'".contains(c));
    let is_plain = |value: &&str| {
        value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let values = value
        .split('|')
        .filter(|value| is_plain(value) && !value.is_empty());
    let values = values.map(|value| Mention::LabelValue {
        label: label.to_owned(),
        value: value.to_owned(),
    });
    let named = Mention::Label {
        metric: Some(metric.to_owned()),
        label: label.to_owned(),
    };
    values.chain([named]).collect()
}

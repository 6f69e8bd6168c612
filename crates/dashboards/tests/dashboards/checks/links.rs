//! Every link leads to something that exists.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::{dashboards, list, text};
use dashboards::looks;

/// Collects every `url` of the data links in a value.
fn urls(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            found.extend(
                map.get("url")
                    .and_then(Value::as_str)
                    .filter(|url| !url.is_empty())
                    .map(str::to_owned),
            );
            map.values().for_each(|value| urls(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| urls(value, found)),
        _ => {}
    }
}

#[test]
fn links_between_dashboards_name_uids_and_variables_that_exist() {
    let all = dashboards();
    let variables: BTreeMap<_, Vec<_>> = all
        .iter()
        .map(|(_, json)| {
            let names = list(&json["templating"], "list").map(|variable| text(variable, "name"));
            (text(json, "uid"), names.collect())
        })
        .collect();
    let mut count = 0;
    for (title, json) in &all {
        let mut found = Vec::new();
        urls(json, &mut found);
        for url in found.iter().filter_map(|url| url.strip_prefix("/d/")) {
            let (uid, query) = url.split_once('?').unwrap_or((url, ""));
            let known = variables
                .get(uid)
                .unwrap_or_else(|| panic!("{title}: no dashboard {uid}"));
            for name in query
                .split('&')
                .filter_map(|part| part.strip_prefix("var-")?.split_once('='))
                .map(|pair| pair.0)
            {
                assert!(
                    known.contains(&name),
                    "{title}: {uid} has no variable {name}"
                );
            }
            count += 1;
        }
    }
    assert!(count > 0, "no links at all");
}

#[test]
fn links_to_runbooks_lead_to_pages_of_the_repository() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/runbooks");
    for runbook in looks::RUNBOOKS {
        let file = folder.join(format!("{}.md", runbook.alert));
        assert!(file.is_file(), "no runbook for {}", runbook.reason);
    }
}

#[test]
fn links_to_the_exporter_name_its_pages_by_a_variable_of_the_dashboard() {
    let mut count = 0;
    for (title, json) in dashboards() {
        let mut found = Vec::new();
        urls(&json, &mut found);
        let own = |url: &&String| url.starts_with("${exporter_url:raw}/instances/");
        let links = found.iter().filter(own).count();
        let mentions = json.to_string().matches("${exporter_url").count();
        assert_eq!(mentions, links, "{title}: another way to write such a link");
        let mut variables = list(&json["templating"], "list");
        let has_variable = variables.any(|variable| {
            text(variable, "name") == "exporter_url" && variable["type"] == "textbox"
        });
        assert_eq!(has_variable, links > 0, "{title}");
        count += links;
    }
    assert!(count >= 4, "only {count} links");
}

#[test]
fn every_dashboard_lists_the_others_by_their_tag() {
    for (title, json) in dashboards() {
        let tag = &json["tags"][0];
        let found = list(&json, "links")
            .any(|link| link["type"] == "dashboards" && &link["tags"][0] == tag);
        assert!(found, "{title}");
    }
}

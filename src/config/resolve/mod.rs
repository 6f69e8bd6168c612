//! From the file as written to a valid [`Config`].
//!
//! Each section has a function that replaces variables, gives the values their types and checks
//! the rules between them. All of it is pure: problems are collected, and it is left to the caller
//! to refuse a configuration that has some.

mod accounts;
mod instance_tags;
mod organization;
mod refresh;
mod regions;
mod resolver;

pub(super) use resolver::Resolver;

use super::compliance_types::{self, ComplianceTypes};
use super::fields::List;
use super::forms;
use super::problem::Fault;
use super::raw;
use super::settings::{Api, Config, Exposition, InstanceSeries};

/// The configuration that `file` describes; it may only be used if no problem was added.
pub(super) fn resolve(file: &raw::File, resolver: &Resolver<'_>) -> Config {
    // It comes first, because it decides what the absence of `accounts` means.
    let organization = organization::resolve(file.organization.as_ref(), resolver);
    let has_organization = organization.is_some();
    Config {
        refresh: refresh::resolve(&file.refresh, resolver),
        api: resolve_api(&file.api, resolver),
        accounts: accounts::resolve(file.accounts.as_ref(), has_organization, resolver),
        compliance_types: resolve_compliance_types(file.compliance_types.as_ref(), resolver),
        instance_tags: instance_tags::resolve(file.instance_tags.as_ref(), resolver),
        organization,
        exposition: resolve_exposition(&file.exposition, resolver),
    }
}

fn resolve_api(raw: &raw::Api, resolver: &Resolver<'_>) -> Api {
    let default = Api::default();
    Api {
        requests_per_second: resolver.value_or(
            raw.requests_per_second.as_ref(),
            default.requests_per_second,
            forms::rate,
        ),
        attempt_timeout: resolver.value_or(
            raw.attempt_timeout.as_ref(),
            default.attempt_timeout,
            forms::duration,
        ),
        endpoint_url: resolver.optional(raw.endpoint_url.as_ref(), forms::http_url),
    }
}

fn resolve_compliance_types(list: Option<&List>, resolver: &Resolver<'_>) -> ComplianceTypes {
    let Some(list) = list else {
        return ComplianceTypes::default();
    };
    // An exporter that reads no type at all is not what anybody wants.
    if list.items.is_empty() {
        let hint = "remove the key to read every type";
        resolver.report(list.line, "compliance_types is empty", hint);
    }
    let globs = resolver.items(Some(list), compliance_types::glob);
    ComplianceTypes::new(globs).unwrap_or_else(|fault| {
        report_bad_globs(list, fault, resolver);
        ComplianceTypes::default()
    })
}

fn report_bad_globs(list: &List, fault: Fault, resolver: &Resolver<'_>) {
    let what = format!("{} {}", list.path, fault.what);
    resolver.report(list.line, what, fault.hint);
}

fn resolve_exposition(raw: &raw::Exposition, resolver: &Resolver<'_>) -> Exposition {
    let default = Exposition::default();
    Exposition {
        instances: resolver.value_or(raw.instances.as_ref(), default.instances, instance_series),
        include_unlisted: resolver.value_or(
            raw.include_unlisted.as_ref(),
            default.include_unlisted,
            forms::boolean,
        ),
        max_patch_info_series: resolver.value_or(
            raw.max_patch_info_series.as_ref(),
            default.max_patch_info_series,
            forms::series_count,
        ),
    }
}

fn instance_series(text: &str) -> Result<InstanceSeries, Fault> {
    match text {
        "all" => Ok(InstanceSeries::All),
        "noncompliant" => Ok(InstanceSeries::Noncompliant),
        "none" => Ok(InstanceSeries::None),
        _ => Err(Fault::new(
            "is not one of its values",
            "write all, noncompliant or none",
        )),
    }
}

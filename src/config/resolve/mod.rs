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
mod tag_compliance;

pub use instance_tags::tag_label;
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
    let compliance_types = resolve_compliance_types(file.compliance_types.as_ref(), resolver);
    let exposition = resolve_exposition(&file.exposition, resolver);
    check_patches_are_read(&file.exposition, &exposition, &compliance_types, resolver);
    let instance_tags = instance_tags::resolve(file.instance_tags.as_ref(), resolver);
    Config {
        refresh: refresh::resolve(&file.refresh, resolver),
        api: resolve_api(&file.api, resolver),
        accounts: accounts::resolve(file.accounts.as_deref(), has_organization, resolver),
        compliance_types,
        tag_compliance: tag_compliance::resolve(
            file.tag_compliance.as_ref(),
            &instance_tags,
            resolver,
        ),
        instance_tags,
        organization,
        exposition,
    }
}

fn resolve_api(raw: &raw::Api, resolver: &Resolver<'_>) -> Api {
    let default = &resolver.defaults.api;
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
        endpoint_url: resolver
            .optional(raw.endpoint_url.as_ref(), forms::http_url)
            .or_else(|| default.endpoint_url.clone()),
    }
}

fn resolve_compliance_types(list: Option<&List>, resolver: &Resolver<'_>) -> ComplianceTypes {
    let Some(list) = list else {
        return resolver.defaults.compliance_types.clone();
    };
    match read_globs(list, resolver) {
        Ok(types) => types,
        Err(fault) => {
            report_bad_globs(list, fault, resolver);
            ComplianceTypes::default()
        }
    }
}

fn read_globs(list: &List, resolver: &Resolver<'_>) -> Result<ComplianceTypes, Fault> {
    compliance_types::check_count(list.items.len())?;
    let globs = resolver.items(Some(list), compliance_types::glob);
    // Of a list with bad items nobody knows what it leaves out, so nothing is said of that.
    if globs.is_empty() || globs.len() < list.items.len() {
        return Ok(ComplianceTypes::default());
    }
    ComplianceTypes::new(globs)
}

fn report_bad_globs(list: &List, fault: Fault, resolver: &Resolver<'_>) {
    let what = format!("{} {}", list.path, fault.what);
    resolver.report(list.line, what, fault.hint);
}

fn resolve_exposition(raw: &raw::Exposition, resolver: &Resolver<'_>) -> Exposition {
    let default = &resolver.defaults.exposition;
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

/// Reports series of single patches that are asked for where no patches are read.
fn check_patches_are_read(
    raw: &raw::Exposition,
    exposition: &Exposition,
    types: &ComplianceTypes,
    resolver: &Resolver<'_>,
) {
    let Some(value) = &raw.max_patch_info_series else {
        return;
    };
    if exposition.max_patch_info_series > 0 && !types.matches("Patch") {
        let what = format!(
            "{} asks for patches, which compliance_types leaves out",
            value.path
        );
        let hint = "add Patch to compliance_types, or remove the key";
        resolver.report(value.line, what, hint);
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

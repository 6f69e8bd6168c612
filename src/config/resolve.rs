//! From the file as written to a valid [`Config`]: variables, types and rules. Pure; accounts are
//! in `accounts`.

use std::collections::HashMap;
use std::time::Duration;

use super::compliance_types::{self, ComplianceTypes};
use super::fields::{List, Value};
use super::interpolate::{self, Env};
use super::problem::{Fault, Problems, shown};
use super::{Api, Config, Exposition, InstanceSeries, Organization, Refresh};
use super::{accounts, duration, raw, syntax};

/// Shortest `refresh.interval`. A refresh takes seconds, so below it the exporter would only call
/// AWS without a break.
const MIN_INTERVAL: Duration = Duration::from_secs(1);
/// Default of `organization.refresh`: accounts come and go rarely.
const ORGANIZATION_REFRESH: Duration = Duration::from_hours(1);

/// What values are resolved with.
pub(super) struct Resolver<'a> {
    pub(super) env: Env<'a>,
    pub(super) problems: &'a Problems,
}

/// A configuration of `file`; only of use if no problem was added.
pub(super) fn resolve(file: &raw::File, resolver: &Resolver<'_>) -> Config {
    let organization = file
        .organization
        .as_ref()
        .map(|raw| resolver.organization(raw));
    Config {
        refresh: resolver.refresh(&file.refresh),
        api: resolver.api(&file.api),
        accounts: accounts::resolve(file.accounts.as_ref(), organization.is_some(), resolver),
        compliance_types: resolver.compliance_types(file.compliance_types.as_ref()),
        instance_tags: resolver.instance_tags(file.instance_tags.as_ref()),
        organization,
        exposition: resolver.exposition(&file.exposition),
    }
}

// === impl Resolver ===

impl Resolver<'_> {
    /// One value: variables replaced, then parsed. Nothing if it is bad (then there is a problem).
    pub(super) fn one<T>(
        &self,
        value: &Value,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        self.parse(value, &shown(&value.text), parse)
    }

    /// The same for a value that messages must not repeat.
    pub(super) fn secret<T>(
        &self,
        value: &Value,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        self.parse(value, "the value (not shown)", parse)
    }

    /// Every good item of a list.
    pub(super) fn all<T>(
        &self,
        list: Option<&List>,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Vec<T> {
        let items = list.map(|list| list.items.as_slice()).unwrap_or_default();
        items
            .iter()
            .filter_map(|item| self.one(item, &parse))
            .collect()
    }

    fn parse<T>(
        &self,
        value: &Value,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let result = interpolate::replace(&value.text, self.env).and_then(|text| parse(&text));
        let report = |fault: Fault| {
            self.problems.add(
                value.line,
                format!("{}: {name} {}", value.path, fault.what),
                fault.hint,
            );
        };
        result.map_err(report).ok()
    }

    /// The value, the default if the key is absent, or nothing if it is bad.
    fn or<T>(
        &self,
        value: Option<&Value>,
        default: T,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        match value {
            Some(value) => self.one(value, parse),
            None => Some(default),
        }
    }

    fn refresh(&self, raw: &raw::Refresh) -> Refresh {
        let default = Refresh::default();
        let interval = self.or(raw.interval.as_ref(), default.interval, interval);
        let at_least = |key: &str, value: Option<&Value>, default: Duration| {
            let duration = self.or(value, default, duration::parse);
            if let (Some(duration), Some(interval)) = (duration, interval) {
                self.check_not_below(key, (duration, value), (interval, raw.interval.as_ref()));
            }
            duration.unwrap_or(default)
        };
        let stale_after = at_least("stale_after", raw.stale_after.as_ref(), default.stale_after);
        let full_every = at_least("full_every", raw.full_every.as_ref(), default.full_every);
        Refresh {
            interval: interval.unwrap_or(default.interval),
            stale_after,
            full_every,
        }
    }

    /// Told on the line of `key`, or of the interval if `key` keeps its default.
    fn check_not_below(
        &self,
        key: &str,
        this: (Duration, Option<&Value>),
        interval: (Duration, Option<&Value>),
    ) {
        if this.0 >= interval.0 {
            return;
        }
        let Some(line) = this.1.or(interval.1).map(|value| value.line) else {
            return;
        };
        let by_default = if this.1.is_some() { "" } else { " by default" };
        let (this, interval) = (duration::format(this.0), duration::format(interval.0));
        let what = format!(
            "refresh.{key} is {this}{by_default}, below refresh.interval, which is {interval}"
        );
        self.problems.add(
            line,
            what,
            format!("give refresh.{key} {interval} or more, or shorten the interval"),
        );
    }

    fn api(&self, raw: &raw::Api) -> Api {
        let default = Api::default();
        let rate = self.or(
            raw.requests_per_second.as_ref(),
            default.requests_per_second,
            syntax::rate,
        );
        let timeout = self.or(
            raw.attempt_timeout.as_ref(),
            default.attempt_timeout,
            duration::parse,
        );
        Api {
            requests_per_second: rate.unwrap_or(default.requests_per_second),
            attempt_timeout: timeout.unwrap_or(default.attempt_timeout),
            endpoint_url: raw
                .endpoint_url
                .as_ref()
                .and_then(|value| self.one(value, syntax::http_url)),
        }
    }

    fn compliance_types(&self, list: Option<&List>) -> ComplianceTypes {
        let Some(list) = list else {
            return ComplianceTypes::default();
        };
        if list.items.is_empty() {
            self.problems.add(
                list.line,
                "compliance_types is empty",
                "remove the key to read every type",
            );
        }
        let globs = self.all(Some(list), compliance_types::glob);
        let report = |fault: Fault| {
            self.problems.add(
                list.line,
                format!("{} {}", list.path, fault.what),
                fault.hint,
            )
        };
        ComplianceTypes::new(globs)
            .map_err(report)
            .unwrap_or_default()
    }

    fn instance_tags(&self, list: Option<&List>) -> Vec<String> {
        let mut labels: HashMap<String, usize> = HashMap::new();
        let mut keys = Vec::new();
        for item in list.map(|list| list.items.as_slice()).unwrap_or_default() {
            let Some(key) = self.one(item, syntax::tag_key) else {
                continue;
            };
            let label = format!("tag_{}", label_part(&key));
            match labels.get(&label) {
                Some(first) => {
                    let what = format!(
                        "{}: {} becomes the label {label}",
                        item.path,
                        shown(&item.text)
                    );
                    let what = format!("{what}, as the key on line {first} does");
                    self.problems
                        .add(item.line, what, "keep one of the two keys");
                }
                None => {
                    labels.insert(label, item.line);
                }
            }
            keys.push(key);
        }
        keys
    }

    fn organization(&self, raw: &raw::Organization) -> Organization {
        let role_name = self.role_name(raw);
        let regions = accounts::regions(raw.regions.as_ref(), self);
        accounts::check_once(&regions, "organization.regions", self);
        if raw
            .regions
            .as_ref()
            .is_none_or(|list| list.items.is_empty())
        {
            self.problems.add(
                raw.line,
                "organization has no regions",
                "add regions, such as [eu-west-1]",
            );
        }
        let lister = raw
            .lister_role_arn
            .as_ref()
            .and_then(|value| self.one(value, syntax::role_arn));
        accounts::check_partition(lister.as_ref(), &regions, "lister_role_arn", self);
        let refresh = self.or(raw.refresh.as_ref(), ORGANIZATION_REFRESH, duration::parse);
        Organization {
            role_name,
            lister_role_arn: lister.map(|role| role.arn),
            include_ous: self.all(raw.include_ous.as_ref(), syntax::ou_id),
            exclude_accounts: self.all(raw.exclude_accounts.as_ref(), syntax::account_id),
            regions: regions.into_iter().map(|(region, _)| region).collect(),
            refresh: refresh.unwrap_or(ORGANIZATION_REFRESH),
        }
    }

    fn role_name(&self, raw: &raw::Organization) -> String {
        if raw.role_name.is_none() {
            let hint = "add role_name, the role to assume in each account";
            self.problems
                .add(raw.line, "organization has no role_name", hint);
        }
        raw.role_name
            .as_ref()
            .and_then(|value| self.one(value, syntax::role_name))
            .unwrap_or_default()
    }

    fn exposition(&self, raw: &raw::Exposition) -> Exposition {
        let default = Exposition::default();
        let instances = self.or(raw.instances.as_ref(), default.instances, instance_series);
        let unlisted = self.or(
            raw.include_unlisted.as_ref(),
            default.include_unlisted,
            syntax::boolean,
        );
        let series = self.or(
            raw.max_patch_info_series.as_ref(),
            default.max_patch_info_series,
            syntax::series,
        );
        Exposition {
            instances: instances.unwrap_or_default(),
            include_unlisted: unlisted.unwrap_or_default(),
            max_patch_info_series: series.unwrap_or_default(),
        }
    }
}

fn interval(text: &str) -> Result<Duration, Fault> {
    let interval = duration::parse(text)?;
    if interval < MIN_INTERVAL {
        let least = duration::format(MIN_INTERVAL);
        return Err(Fault::new(
            format!("is below {least}"),
            format!("give {least} or more; 5m suits most fleets"),
        ));
    }
    Ok(interval)
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

/// A tag key as part of a label name: every character that labels cannot have becomes an
/// underscore.
fn label_part(key: &str) -> String {
    key.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

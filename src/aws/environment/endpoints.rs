//! Which endpoints are asked: those of AWS for the region, or those that variables and profile
//! name.

use std::collections::HashMap;

use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::problems::Problems;
use super::reader::SettingReader;
use super::value_forms::flag;
use super::variables::Setting;
use crate::config::forms;

/// Services whose endpoint may be named: the SDK's name of each, and the ending of its variable.
const SERVICES: [(&str, &str); 7] = [
    ("SSM", "SSM"),
    ("STS", "STS"),
    ("Organizations", "ORGANIZATIONS"),
    ("Account", "ACCOUNT"),
    ("SSO", "SSO"),
    ("SSO OIDC", "SSO_OIDC"),
    ("Resource Groups Tagging API", "RESOURCE_GROUPS_TAGGING_API"),
];

/// What variables and profile say about endpoints.
#[derive(Clone, Debug, Default)]
pub(in crate::aws) struct Endpoints {
    pub(in crate::aws) fips: bool,
    pub(in crate::aws) dual_stack: bool,
    /// By the SDK's name of the service.
    urls: HashMap<&'static str, String>,
}

/// The URLs that variables and profile name, by the SDK's name of the service.
type NamedUrls = HashMap<&'static str, Setting<String>>;

impl Endpoints {
    pub(super) fn of(reader: SettingReader<'_>) -> Self {
        let fips = enabled(reader, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
        let dual_stack = enabled(
            reader,
            "AWS_USE_DUALSTACK_ENDPOINT",
            "use_dualstack_endpoint",
        );
        let urls = followed_urls(reader);
        for setting in fips.iter().chain(&dual_stack) {
            check_alone(setting, &urls, reader.problems());
        }
        Self {
            fips: fips.is_some(),
            dual_stack: dual_stack.is_some(),
            urls: without_places(urls),
        }
    }
}

/// The setting, if it is true.
fn enabled(reader: SettingReader<'_>, variable: &str, key: &str) -> Option<Setting<bool>> {
    let setting = reader.variable_or_key(variable, key, flag)?;
    setting.value.then_some(setting)
}

/// The URLs that are asked. Those that are to be ignored contradict nothing, so they are not even
/// looked at.
fn followed_urls(reader: SettingReader<'_>) -> NamedUrls {
    let ignores_urls = enabled(
        reader,
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "ignore_configured_endpoint_urls",
    );
    match ignores_urls {
        Some(_) => NamedUrls::new(),
        None => configured_urls(reader),
    }
}

/// The URL of each service that has one.
fn configured_urls(reader: SettingReader<'_>) -> NamedUrls {
    let of_all_services = reader.variable("AWS_ENDPOINT_URL", forms::http_url);
    let mut urls = NamedUrls::new();
    for (service, ending) in SERVICES {
        // As in AWS's own tools, a variable for all services goes before the profile, even if that
        // has a URL for just this service.
        let url = of_variable(reader, ending)
            .or_else(|| of_all_services.clone())
            .or_else(|| of_profile(reader, service));
        urls.extend(url.map(|url| (service, url)));
    }
    urls
}

fn of_variable(reader: SettingReader<'_>, ending: &str) -> Option<Setting<String>> {
    let name = format!("AWS_ENDPOINT_URL_{ending}");
    reader.variable(&name, forms::http_url)
}

fn of_profile(reader: SettingReader<'_>, service: &str) -> Option<Setting<String>> {
    let name = reader.profile.name();
    let url = reader.profile.endpoint_url(service)?;
    reader.parse_key(name, "endpoint_url", &url, forms::http_url)
}

fn without_places(urls: NamedUrls) -> HashMap<&'static str, String> {
    let urls = urls.into_iter();
    urls.map(|(service, url)| (service, url.value)).collect()
}

/// The SDK refuses each call to an endpoint of one's own if a FIPS or dual-stack endpoint is asked
/// for as well.
fn check_alone(setting: &Setting<bool>, urls: &NamedUrls, problems: &Problems) {
    // Only SSM and STS are called in every setup.
    let Some(url) = urls.get("SSM").or_else(|| urls.get("STS")) else {
        return;
    };
    let place = &url.place;
    let what = format!("it asks for AWS's own endpoint, but {place} names another one");
    problems.add(&setting.place, what, "keep one of the two");
}

/// The way in which the clients of services learn their endpoint.
impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        // Other settings are asked for the same way, and are not to be found here.
        if key.env() == "AWS_ENDPOINT_URL" {
            self.urls.get(key.service_id()).cloned()
        } else {
            None
        }
    }
}

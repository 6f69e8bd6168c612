//! Which endpoints are asked: AWS's own for the region, or those that variables and profile name.

use std::collections::HashMap;

use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::profile::Profile;
use super::variables::{Problems, Setting, Variables, flag};
use crate::config::forms;

/// Services whose endpoint may be named, as the SDK calls them, and as the variables end.
const SERVICES: [(&str, &str); 4] = [
    ("SSM", "SSM"),
    ("STS", "STS"),
    ("SSO", "SSO"),
    ("SSO OIDC", "SSO_OIDC"),
];

/// What variables and profile say of endpoints.
#[derive(Clone, Debug, Default)]
pub(in crate::aws) struct Endpoints {
    pub(in crate::aws) fips: bool,
    pub(in crate::aws) dual_stack: bool,
    /// By the SDK's name of the service.
    urls: HashMap<&'static str, String>,
}

impl Endpoints {
    pub(super) fn of(variables: &Variables, profile: &Profile, problems: &Problems) -> Self {
        let read = |variable: &str, key: &str| {
            let named = variables.parsed(variable, problems, flag);
            named
                .or_else(|| profile.parsed(key, problems, flag))
                .filter(|setting| setting.value)
        };
        let fips = read("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
        let dual_stack = read("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
        let ignored = read(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "ignore_configured_endpoint_urls",
        );
        let mut urls = HashMap::new();
        if ignored.is_none() {
            let shared = variables.parsed("AWS_ENDPOINT_URL", problems, forms::http_url);
            for (service, ending) in SERVICES {
                let own = variables.parsed(
                    &format!("AWS_ENDPOINT_URL_{ending}"),
                    problems,
                    forms::http_url,
                );
                let named = own
                    .or_else(|| shared.clone())
                    .or_else(|| of_profile(profile, service, problems));
                urls.extend(named.map(|named| (service, named)));
            }
        }
        for setting in [&fips, &dual_stack].into_iter().flatten() {
            check_alone(setting, &urls, problems);
        }
        Self {
            fips: fips.is_some(),
            dual_stack: dual_stack.is_some(),
            urls: urls
                .into_iter()
                .map(|(service, named)| (service, named.value))
                .collect(),
        }
    }
}

fn of_profile(profile: &Profile, service: &str, problems: &Problems) -> Option<Setting<String>> {
    let url = profile.endpoint_url(service)?;
    profile.check(
        profile.name(),
        "endpoint_url",
        &url,
        problems,
        forms::http_url,
    )
}

/// The SDK refuses each call to an endpoint of one's own if a FIPS or dual-stack endpoint is asked
/// for as well.
fn check_alone(
    setting: &Setting<bool>,
    urls: &HashMap<&str, Setting<String>>,
    problems: &Problems,
) {
    if let Some(url) = urls.get("SSM").or_else(|| urls.get("STS")) {
        let what = format!(
            "it asks for AWS's own endpoint, but {} names another one",
            url.place
        );
        problems.add(&setting.place, what, "keep one of the two");
    }
}

/// How clients of services learn their endpoint.
impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        (key.env() == "AWS_ENDPOINT_URL")
            .then(|| self.urls.get(key.service_id()).cloned())
            .flatten()
    }
}

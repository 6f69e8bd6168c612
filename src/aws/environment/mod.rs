//! What the process's environment and the AWS profile say: read once, held to its form, and told by
//! name where it cannot be right.
//!
//! The SDK reads some forty variables and as many keys of profiles. It panics over some, ignores a
//! wrong one here and takes an empty one for a value there. So it gets to read as little as can be:
//! its clients are set up from what was read here, in full, and the providers of credentials get
//! the profile as text and settings of their own. What does not matter here (`AWS_RETRY_MODE`,
//! `AWS_MAX_ATTEMPTS`, checksums, compression, ...) is not read at all.

mod certificates;
mod credential_source;
mod credentials;
mod endpoints;
mod files;
mod profile;
mod proxies;
#[cfg(test)]
mod tests;
mod variables;

use std::fmt;

use aws_smithy_http_client::tls::TrustStore;

use credential_source::CredentialSource;
use endpoints::Endpoints;
use profile::{Profile, ProfileFiles};
pub(super) use proxies::Proxies;
use variables::{Problem, Problems, Variables, header_word};

use crate::config::forms::{self, Fault};

/// What was read, and is good.
#[derive(Clone, Debug)]
pub(super) struct Environment {
    variables: Variables,
    profile_files: ProfileFiles,
    /// The metadata service, if it is not where it always is.
    metadata: MetadataService,
    endpoints: Endpoints,
    pub(super) region: Option<String>,
    pub(super) proxies: Proxies,
    pub(super) trust_store: TrustStore,
}

#[derive(Clone, Debug, Default)]
struct MetadataService {
    endpoint: Option<String>,
    is_ipv6: bool,
}

/// Everything that is wrong with the environment and the profile. `Display` prints a line and a
/// hint for each.
#[derive(Debug)]
pub struct EnvironmentError(Vec<Problem>);

/// Which parts matter to the caller. What it has settled otherwise need not be right.
#[derive(Clone, Copy, Debug)]
pub(super) struct CheckedParts {
    pub(super) credentials: bool,
    pub(super) endpoints: bool,
}

impl Environment {
    /// Reads the environment of this process. Calls nobody.
    pub(super) async fn load(checked: CheckedParts) -> Result<Self, EnvironmentError> {
        Self::of(Variables::of_process(), checked).await
    }

    async fn of(variables: Variables, checked: CheckedParts) -> Result<Self, EnvironmentError> {
        let problems = Problems::default();
        let profile_files = ProfileFiles::named_by(&variables, &problems);
        let profile = profile_files.read(&problems).await;
        let metadata = MetadataService::of(&variables, &profile, &problems);
        variables.parsed("AWS_EXECUTION_ENV", &problems, header_text);
        if checked.credentials {
            CredentialSource::check(&variables, &profile, &problems).await;
            check_emptied_endpoints(&variables, &profile, &problems);
        }
        let endpoints = if checked.endpoints {
            Endpoints::of(&variables, &profile, &problems)
        } else {
            Endpoints::default()
        };
        let environment = Self {
            region: region(&variables, &profile, &problems),
            proxies: Proxies::of(
                &variables,
                &credential_services(&variables, &metadata),
                &problems,
            ),
            trust_store: certificates::load(&variables, &profile, &problems).await,
            variables,
            profile_files,
            metadata,
            endpoints,
        };
        match problems.into_list() {
            list if list.is_empty() => Ok(environment),
            list => Err(EnvironmentError(list)),
        }
    }

    /// Nothing but a region, if there is a good one: for a simulator on this machine, which needs
    /// no more, whatever else a developer's environment says.
    pub(super) fn isolated() -> Self {
        let variables = Variables::of_process();
        let problems = Problems::default();
        Self {
            region: region_of_variables(&variables, &problems),
            variables: Variables::default(),
            profile_files: ProfileFiles::named_by(&Variables::default(), &problems),
            metadata: MetadataService::default(),
            endpoints: Endpoints::default(),
            proxies: Proxies::default(),
            trust_store: TrustStore::empty(),
        }
    }

    pub(super) fn endpoints(&self) -> Endpoints {
        self.endpoints.clone()
    }
}

fn region(variables: &Variables, profile: &Profile, problems: &Problems) -> Option<String> {
    let named = region_of_variables(variables, problems);
    named.or_else(|| Some(profile.parsed("region", problems, forms::region)?.value))
}

fn region_of_variables(variables: &Variables, problems: &Problems) -> Option<String> {
    let names = ["AWS_REGION", "AWS_DEFAULT_REGION"];
    let found = names.map(|name| variables.parsed(name, problems, forms::region));
    found
        .into_iter()
        .flatten()
        .next()
        .map(|setting| setting.value)
}

/// Services that are on this machine by what they are for. The SDK sees to it that the service of
/// containers is, unless it is asked with TLS.
fn credential_services(variables: &Variables, metadata: &MetadataService) -> Vec<String> {
    let container = variables
        .raw("AWS_CONTAINER_CREDENTIALS_FULL_URI")
        .and_then(|uri| uri.to_str());
    let container = container
        .filter(|uri| uri.starts_with("http://"))
        .map(str::to_owned);
    container
        .into_iter()
        .chain(metadata.endpoint.clone())
        .collect()
}

/// The SDK's own clients, which exchange tokens and assume the roles of profiles, take an empty
/// endpoint for one.
fn check_emptied_endpoints(variables: &Variables, profile: &Profile, problems: &Problems) {
    let calls_sts = ["role_arn", "sso_account_id"]
        .iter()
        .any(|key| profile.get(key).is_some())
        || variables.raw("AWS_WEB_IDENTITY_TOKEN_FILE").is_some();
    if calls_sts && variables.raw("AWS_ACCESS_KEY_ID").is_none() {
        for name in [
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_STS",
            "AWS_ENDPOINT_URL_SSO",
            "AWS_ENDPOINT_URL_SSO_OIDC",
        ] {
            if variables.is_empty(name) {
                problems.add(
                    name,
                    "it is set to nothing, which the AWS SDK takes for a value here",
                    "unset it",
                );
            }
        }
    }
}

/// Spaces between words are good in a header.
fn header_text(text: &str) -> Result<(), Fault> {
    text.split(' ')
        .try_for_each(|word| header_word(word).map(drop))
}

impl MetadataService {
    fn of(variables: &Variables, profile: &Profile, problems: &Problems) -> Self {
        let endpoint = variables.parsed(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            problems,
            forms::http_url,
        );
        let endpoint = endpoint
            .or_else(|| profile.parsed("ec2_metadata_service_endpoint", problems, forms::http_url));
        let mode = variables.parsed("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", problems, is_ipv6);
        let mode = mode
            .or_else(|| profile.parsed("ec2_metadata_service_endpoint_mode", problems, is_ipv6));
        Self {
            endpoint: endpoint.map(|setting| setting.value),
            is_ipv6: mode.is_some_and(|setting| setting.value),
        }
    }
}

fn is_ipv6(text: &str) -> Result<bool, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "ipv4" => Ok(false),
        "ipv6" => Ok(true),
        _ => Err(Fault::new(
            "is neither IPv4 nor IPv6",
            "set it to one of them, or unset it",
        )),
    }
}

impl fmt::Display for EnvironmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let newline = if index > 0 { "\n" } else { "" };
            write!(f, "{newline}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for EnvironmentError {}

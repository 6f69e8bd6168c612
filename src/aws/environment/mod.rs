//! What the process's environment and the AWS profile say. It is read once and validated, and what
//! is invalid is reported by name.
//!
//! The SDK reads some forty variables and as many keys of profiles. It panics over some, ignores a
//! wrong one here and takes an empty one for a value there. So it gets to read as little as can be:
//! its clients are set up from what was read here, in full, and the providers of credentials get
//! settings of their own and read a profile only after it was checked here. What does not matter
//! here (`AWS_RETRY_MODE`, `AWS_MAX_ATTEMPTS`, checksums, compression, ...) is not read at all.

mod certificates;
mod credential_source;
mod credentials;
mod default_region;
mod endpoints;
mod files;
mod metadata;
mod problems;
mod profile;
mod profile_file;
mod profile_text;
mod proxies;
mod reader;
mod region;
#[cfg(test)]
mod tests;
mod value_forms;
mod variable_reader;
mod variables;

use aws_smithy_http_client::tls::TrustStore;

use credential_source::CredentialSource;
pub use default_region::{DefaultRegion, RegionOrigin};
use endpoints::Endpoints;
use metadata::MetadataService;
pub use problems::EnvironmentError;
use problems::Problems;
use profile::{Profile, ProfileFiles};
pub(super) use proxies::Proxies;
use reader::SettingReader;
use value_forms::header_text;
use variable_reader::VariableReader;
use variables::Variables;

/// Endpoint variables that the SDK's own clients read. They take an empty value for an endpoint.
const ENDPOINT_VARIABLES: [&str; 4] = [
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_SSO",
    "AWS_ENDPOINT_URL_SSO_OIDC",
];

/// The settings that were read, all of them valid.
#[derive(Clone, Debug)]
pub(super) struct Environment {
    // Kept for the check before each resolution, because profiles and tokens may change meanwhile.
    variables: Variables,
    profile_files: ProfileFiles,
    metadata: MetadataService,
    endpoints: Endpoints,
    pub(super) region: DefaultRegion,
    pub(super) proxies: Proxies,
    pub(super) trust_store: TrustStore,
}

/// Which parts of the environment must be valid. For the others the caller has settings of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct CheckedParts {
    pub(super) credentials: bool,
    pub(super) endpoints: bool,
}

impl Environment {
    /// Reads the environment of this process. Makes no call.
    pub(super) async fn load(checked: CheckedParts) -> Result<Self, EnvironmentError> {
        Self::of(Variables::of_process(), checked).await
    }

    async fn of(variables: Variables, checked: CheckedParts) -> Result<Self, EnvironmentError> {
        let problems = Problems::default();
        let variable_reader = VariableReader::new(&variables, &problems);
        let profile_files = ProfileFiles::named_by(variable_reader);
        let profile = profile_files.read(&problems).await;
        // Until here only the profile and its files could be wrong.
        let is_profile_good = problems.is_empty();
        let reader = SettingReader {
            variables: variable_reader,
            profile: &profile,
        };
        // Problems are printed in the order in which they are found, so the order matters here.
        let metadata = MetadataService::of(reader);
        // The SDK puts it into a header.
        reader.variable("AWS_EXECUTION_ENV", header_text);
        if checked.credentials {
            check_credentials(reader).await;
        }
        let endpoints = if checked.endpoints {
            Endpoints::of(reader)
        } else {
            Endpoints::default()
        };
        let region = region::region(reader, is_profile_good);
        let services = credential_services(variable_reader, &metadata);
        let proxies = Proxies::of(variable_reader, &services);
        let trust_store = certificates::load(reader).await;
        problems.into_result(&region)?;
        Ok(Self {
            variables,
            profile_files,
            metadata,
            endpoints,
            region,
            proxies,
            trust_store,
        })
    }

    /// Nothing but a region, if there is a good one: for a simulator on this machine, which needs
    /// no more, whatever else a developer's environment says.
    pub(super) fn isolated() -> Self {
        Self {
            variables: Variables::default(),
            profile_files: ProfileFiles::of_nobody(),
            metadata: MetadataService::default(),
            endpoints: Endpoints::default(),
            region: region_if_good(),
            proxies: Proxies::default(),
            trust_store: TrustStore::empty(),
        }
    }

    pub(super) fn endpoints(&self) -> Endpoints {
        self.endpoints.clone()
    }
}

/// The region of the process's variables. A simulator does not care whether it is valid, so a bad
/// one is no problem.
fn region_if_good() -> DefaultRegion {
    let variables = Variables::of_process();
    let ignored = Problems::default();
    region::of_variables(VariableReader::new(&variables, &ignored))
}

async fn check_credentials(reader: SettingReader<'_>) {
    CredentialSource::check(reader).await;
    if sdk_makes_calls(reader) {
        check_emptied_endpoints(reader.variables);
    }
}

/// The addresses of credential services, which are on this machine by their nature.
fn credential_services(variables: VariableReader<'_>, metadata: &MetadataService) -> Vec<String> {
    let container = local_container_service(variables);
    let services = container.into_iter().chain(metadata.endpoint.clone());
    services.collect()
}

/// The address of the container service. The SDK makes sure that it is on this machine, unless it
/// is asked with TLS.
fn local_container_service(variables: VariableReader<'_>) -> Option<String> {
    let uri = variables.raw("AWS_CONTAINER_CREDENTIALS_FULL_URI")?;
    let uri = uri.to_str()?;
    uri.starts_with("http://").then(|| uri.to_owned())
}

/// The SDK's own clients, which exchange tokens and assume the roles of profiles, take an empty
/// endpoint for one.
fn check_emptied_endpoints(variables: VariableReader<'_>) {
    for name in ENDPOINT_VARIABLES {
        variables.report_if_empty(name);
    }
}

/// Whether the SDK's providers ask STS or SSO for the base credentials.
fn sdk_makes_calls(reader: SettingReader<'_>) -> bool {
    // Keys in variables go before everything else, and nobody is asked for them.
    !reader.variables.is_set("AWS_ACCESS_KEY_ID")
        && (has_role_or_login(reader.profile)
            || reader.variables.is_set("AWS_WEB_IDENTITY_TOKEN_FILE"))
}

fn has_role_or_login(profile: &Profile) -> bool {
    profile.get("role_arn").is_some() || profile.get("sso_account_id").is_some()
}

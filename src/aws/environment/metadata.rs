//! Where the metadata service of the instance is asked.

use super::reader::SettingReader;
use crate::config::forms::{self, Fault};

/// Where the metadata service is.
#[derive(Clone, Debug, Default)]
pub(super) struct MetadataService {
    /// The address, if it is not the usual one.
    pub(super) endpoint: Option<String>,
    pub(super) is_ipv6: bool,
}

impl MetadataService {
    pub(super) fn of(reader: SettingReader<'_>) -> Self {
        let endpoint = reader.variable_or_key(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            "ec2_metadata_service_endpoint",
            forms::http_url,
        );
        // Where only IPv6 is routed, the service has another address.
        let is_ipv6 = reader.variable_or_key(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
            "ec2_metadata_service_endpoint_mode",
            is_ipv6,
        );
        Self {
            endpoint: endpoint.map(|setting| setting.value),
            is_ipv6: is_ipv6.is_some_and(|setting| setting.value),
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

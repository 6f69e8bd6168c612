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
        Self {
            endpoint: endpoint(reader),
            is_ipv6: is_asked_over_ipv6(reader),
        }
    }
}

fn endpoint(reader: SettingReader<'_>) -> Option<String> {
    let endpoint = reader.variable_or_key(
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "ec2_metadata_service_endpoint",
        forms::http_url,
    );
    Some(endpoint?.value)
}

/// Where only IPv6 is routed, the service has another address.
fn is_asked_over_ipv6(reader: SettingReader<'_>) -> bool {
    let mode = reader.variable_or_key(
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        "ec2_metadata_service_endpoint_mode",
        is_ipv6,
    );
    mode.is_some_and(|mode| mode.value)
}

fn is_ipv6(mode: &str) -> Result<bool, Fault> {
    match mode.to_ascii_lowercase().as_str() {
        "ipv4" => Ok(false),
        "ipv6" => Ok(true),
        _ => Err(neither_ipv4_nor_ipv6()),
    }
}

fn neither_ipv4_nor_ipv6() -> Fault {
    Fault::new(
        "is neither IPv4 nor IPv6",
        "set it to one of them, or unset it",
    )
}

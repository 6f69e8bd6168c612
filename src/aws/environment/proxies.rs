//! Which requests go through a proxy.
//!
//! The variables are read here and not by the HTTP client: it would ask a proxy even for the
//! credential services of the machine, which no proxy can reach and which would hand the machine's
//! credentials to it, and would go around a proxy whose address it cannot read.

use std::net::{IpAddr, Ipv6Addr};

use aws_smithy_http_client::proxy::ProxyConfig;

use super::value_forms::is_graphic;
use super::variable_reader::VariableReader;
use crate::aws::reach::authority_of;
use crate::config::forms::Fault;

/// The beginning of the IPv6 addresses of AWS's services on the machine itself: credentials of
/// containers, time, metadata.
const EC2_SERVICES: [u16; 2] = [0xfd00, 0xec2];

/// The proxies that the environment names.
#[derive(Clone, Debug, Default)]
pub(in crate::aws) struct Proxies {
    /// For `http` addresses.
    pub(in crate::aws) http: Option<ProxyConfig>,
    /// For `https` addresses.
    pub(in crate::aws) https: Option<ProxyConfig>,
    /// Hosts of credential services that are named by variables. They are on this machine, whatever
    /// their names.
    direct_hosts: Vec<String>,
}

impl Proxies {
    /// `credential_services` are addresses to which no request must go through a proxy.
    pub(super) fn of(variables: VariableReader<'_>, credential_services: &[String]) -> Self {
        let all = address(variables, ["ALL_PROXY", "all_proxy"]);
        let http = address(variables, ["HTTP_PROXY", "http_proxy"]);
        let https = address(variables, ["HTTPS_PROXY", "https_proxy"]);
        // As in curl, the variable for all schemes counts where a scheme has none of its own.
        let http = http.or_else(|| all.clone());
        let https = https.or(all);
        let exceptions = exceptions(variables);
        let hosts = credential_services.iter().map(|url| host(url).to_owned());
        Self {
            http: configured(http, &exceptions, |url| ProxyConfig::http(url).ok()),
            https: configured(https, &exceptions, |url| ProxyConfig::https(url).ok()),
            direct_hosts: hosts.collect(),
        }
    }

    /// Whether a request goes there without a proxy, whatever the variables say.
    pub(in crate::aws) fn is_direct(&self, url: &str) -> bool {
        let host = host(url);
        is_on_this_machine(host) || self.is_direct_host(host)
    }

    fn is_direct_host(&self, host: &str) -> bool {
        let mut direct_hosts = self.direct_hosts.iter();
        direct_hosts.any(|direct| direct.eq_ignore_ascii_case(host))
    }
}

/// The proxy at an address, for all hosts but the exceptions.
fn configured(
    address: Option<String>,
    exceptions: &str,
    at: fn(String) -> Option<ProxyConfig>,
) -> Option<ProxyConfig> {
    // The address was tried when it was read, so it is a good one here.
    let proxy = at(address?)?;
    Some(proxy.no_proxy(exceptions))
}

/// The address of a proxy: the first of these variables that is not empty.
fn address(variables: VariableReader<'_>, names: [&str; 2]) -> Option<String> {
    // Both spellings are in use; the one in upper case takes precedence.
    let name = names.into_iter().find(|name| variables.is_set(name))?;
    // The address may hold a password.
    Some(variables.secret(name, proxy)?.value)
}

/// The hosts that are asked without a proxy, as the variable lists them.
fn exceptions(variables: VariableReader<'_>) -> String {
    let upper = variables.raw("NO_PROXY");
    let list = upper.or_else(|| variables.raw("no_proxy"));
    // A host whose name is no text cannot be asked anyway, so nothing is lost with it.
    list.unwrap_or_default().to_string_lossy().into_owned()
}

/// The address of a proxy, with a scheme.
fn proxy(text: &str) -> Result<String, Fault> {
    let url = with_scheme(text);
    if is_address(&url) {
        return Ok(url);
    }
    Err(Fault::new(
        "is not the address of an HTTP proxy",
        "write it like http://proxy.example.com:3128; SOCKS proxies are not supported",
    ))
}

/// Other tools take an address without a scheme, too, so it is common in environments.
fn with_scheme(address: &str) -> String {
    if address.contains("://") {
        address.to_owned()
    } else {
        format!("http://{address}")
    }
}

fn is_address(url: &str) -> bool {
    is_graphic(url) && !host(url).is_empty() && ProxyConfig::all(url).is_ok()
}

/// The host of an address, without port and brackets.
fn host(url: &str) -> &str {
    let authority = authority_of(url);
    match in_brackets(authority) {
        Some(v6) => v6,
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// URLs write IPv6 addresses in brackets, because of their colons.
fn in_brackets(authority: &str) -> Option<&str> {
    let rest = authority.strip_prefix('[')?;
    let (v6, _port) = rest.split_once(']')?;
    Some(v6)
}

/// Whether a host is a loopback or link-local address, or that of a service of AWS on the machine.
fn is_on_this_machine(host: &str) -> bool {
    // A fully qualified host name may end with a dot.
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    match name.parse() {
        Ok(address) => is_local(address),
        Err(_) => name == "localhost" || name.ends_with(".localhost"),
    }
}

fn is_local(address: IpAddr) -> bool {
    // An IPv4 address may be written as an IPv6 address.
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => is_local_v6(v6),
    }
}

fn is_local_v6(address: Ipv6Addr) -> bool {
    address.is_loopback()
        || address.is_unicast_link_local()
        || address.is_unspecified()
        || is_ec2_service(address)
}

fn is_ec2_service(address: Ipv6Addr) -> bool {
    address.segments().starts_with(&EC2_SERVICES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::environment::problems::Problems;

    fn https_proxy(url: &str, problems: &Problems) -> Option<ProxyConfig> {
        let variables = [("HTTPS_PROXY", url)].into();
        Proxies::of(VariableReader::new(&variables, problems), &[]).https
    }

    #[test]
    fn only_services_on_this_machine_go_around_the_proxy() {
        let proxies = Proxies {
            direct_hosts: vec!["agent.internal".to_owned()],
            ..Proxies::default()
        };
        for url in [
            "http://127.0.0.1:4566",
            "http://127.8.8.8",
            "http://localhost",
            "http://LOCALHOST:1/x",
            "http://ssm.localhost:4566",
            "https://[::1]:80",
            "http://[::ffff:127.0.0.1]/",
            "http://0.0.0.0:4566",
            "http://169.254.170.2/v2/credentials",
            "http://169.254.170.23/v1/credentials",
            "http://169.254.169.254/latest/api/token",
            "http://[fd00:ec2::254]/latest/api/token",
            "http://[fd00:ec2::23]/v1/credentials",
            "http://[fe80::1]/",
            "http://agent.internal:8080/credentials",
        ] {
            assert!(proxies.is_direct(url), "{url}");
        }
        for url in [
            "https://ssm.eu-west-1.amazonaws.com",
            "http://localhost.example.com",
            "http://10.127.0.1",
            "http://127.0.0.1.example.com",
            "http://127.0.0.1@example.com/",
            "http://169.253.1.1/",
            "http://[fd00:ec3::254]/",
            "http://internal",
        ] {
            assert!(!proxies.is_direct(url), "{url}");
        }
    }

    #[test]
    fn an_empty_variable_leaves_the_word_to_the_next_one() {
        let problems = Problems::default();
        let of = |pairs: [(&str, &str); 3]| {
            Proxies::of(VariableReader::new(&pairs.into(), &problems), &[])
        };
        let lower = of([
            ("HTTPS_PROXY", ""),
            ("https_proxy", "http://lower:1"),
            ("ALL_PROXY", "http://all:1"),
        ]);
        assert!(
            format!("{lower:?}").contains("lower") && format!("{:?}", lower.http).contains("all"),
            "{lower:?}"
        );
        let none = of([("HTTPS_PROXY", ""), ("https_proxy", ""), ("ALL_PROXY", "")]);
        assert!(none.http.is_none() && none.https.is_none());
    }

    #[test]
    fn an_address_that_is_none_is_refused_and_never_shown() {
        for url in [
            "socks5://user:hunter2@host:1",
            "http://",
            "http:// user:hunter2@host",
            "ftp://host",
            "http://[::1",
            ":",
        ] {
            let problems = Problems::default();
            assert!(https_proxy(url, &problems).is_none(), "{url}");
            let told = problems
                .into_list()
                .iter()
                .map(ToString::to_string)
                .collect::<String>();
            assert!(
                told.starts_with("HTTPS_PROXY: ") && !told.contains("hunter2"),
                "{told}"
            );
        }
        for url in [
            "proxy:3128",
            "proxy.example.com",
            "http://user:pass%20word@[2001:db8::1]:3128",
            "https://proxy/",
        ] {
            let problems = Problems::default();
            assert!(https_proxy(url, &problems).is_some(), "{url}");
        }
    }
}

//! Which requests go through a proxy.
//!
//! The variables are read here and not by the HTTP client: it would ask a proxy even for the
//! credential services of the machine, which no proxy can reach and which would hand the machine's
//! credentials to it, and would go around a proxy whose address it cannot read.

use std::net::{IpAddr, Ipv6Addr};

use aws_smithy_http_client::proxy::ProxyConfig;

use super::problems::Problems;
use super::variables::Variables;
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
    pub(super) fn of(
        variables: &Variables,
        credential_services: &[String],
        problems: &Problems,
    ) -> Self {
        let all = address(variables, ["ALL_PROXY", "all_proxy"], problems);
        let http = address(variables, ["HTTP_PROXY", "http_proxy"], problems);
        let https = address(variables, ["HTTPS_PROXY", "https_proxy"], problems);
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
        let mut direct_hosts = self.direct_hosts.iter();
        is_on_this_machine(host) || direct_hosts.any(|direct| direct.eq_ignore_ascii_case(host))
    }
}

/// The proxy at an address, for all hosts but the exceptions.
fn configured(
    address: Option<String>,
    exceptions: &str,
    at: fn(String) -> Option<ProxyConfig>,
) -> Option<ProxyConfig> {
    let proxy = at(address?)?;
    Some(proxy.no_proxy(exceptions))
}

/// The address of a proxy: the first of these variables that is not empty.
fn address(variables: &Variables, names: [&str; 2], problems: &Problems) -> Option<String> {
    // Both spellings are in use; the one in upper case takes precedence.
    let name = names.into_iter().find(|name| variables.is_set(name))?;
    // The address may hold a password.
    Some(variables.secret(name, problems, proxy)?.value)
}

/// The hosts that are asked without a proxy, as the variable lists them.
fn exceptions(variables: &Variables) -> String {
    let list = variables
        .raw("NO_PROXY")
        .or_else(|| variables.raw("no_proxy"));
    list.map(|list| list.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// The address of a proxy, with a scheme.
fn proxy(text: &str) -> Result<String, Fault> {
    let url = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let is_printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_printable && !host(&url).is_empty() && ProxyConfig::all(url.as_str()).is_ok() {
        return Ok(url);
    }
    Err(Fault::new(
        "is not the address of an HTTP proxy",
        "write it like http://proxy.example.com:3128; SOCKS proxies are not supported",
    ))
}

/// The host of an address, without port and brackets.
fn host(url: &str) -> &str {
    let authority = authority_of(url);
    let in_brackets = authority
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'));
    match in_brackets {
        Some((v6, _port)) => v6,
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// Whether a host is a loopback or link-local address, or that of a service of AWS on the machine.
fn is_on_this_machine(host: &str) -> bool {
    // A fully qualified host name may end with a dot.
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    // An IPv4 address may be written as an IPv6 address.
    match name.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(v4)) => v4.is_loopback() || v4.is_link_local() || v4.is_unspecified(),
        Ok(IpAddr::V6(v6)) => {
            v6.is_loopback()
                || v6.is_unicast_link_local()
                || v6.is_unspecified()
                || is_ec2_service(v6)
        }
        Err(_) => name == "localhost" || name.ends_with(".localhost"),
    }
}

fn is_ec2_service(address: Ipv6Addr) -> bool {
    address.segments().starts_with(&EC2_SERVICES)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let of = |pairs: [(&str, &str); 3]| Proxies::of(&pairs.into(), &[], &problems);
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
            assert!(
                Proxies::of(&[("HTTPS_PROXY", url)].into(), &[], &problems)
                    .https
                    .is_none(),
                "{url}"
            );
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
            assert!(
                Proxies::of(&[("HTTPS_PROXY", url)].into(), &[], &problems)
                    .https
                    .is_some(),
                "{url}"
            );
        }
    }
}

//! How the exporter is served: flags of `serve`, which `demo` and `healthcheck` take as well.

use std::path::PathBuf;

use crate::http::{ExternalUrl, ListenAddress, RoutePrefix, check_telemetry_path};
use clap::{Arg, Args};

#[derive(Args, Clone, Debug)]
#[expect(
    clippy::struct_field_names,
    reason = "the file of another flag is the configuration file"
)]
pub(crate) struct Web {
    /// Address to listen on; may be given several times
    #[arg(
        long = "web.listen-address",
        value_name = "ADDRESS",
        default_value = ":10068"
    )]
    pub(crate) listen_address: Vec<ListenAddress>,
    /// Path of the metrics page
    #[arg(long = "web.telemetry-path", value_name = "PATH", default_value = "/metrics", value_parser = telemetry_path)]
    pub(crate) telemetry_path: String,
    /// No pages about instances: they hold host names and addresses
    #[arg(long = "web.disable-pages")]
    pub(crate) disable_pages: bool,
    /// Address under which people reach the exporter, for example through a proxy; links begin with
    /// its path, and so do all paths that are served unless there is a route prefix. Requests for
    /// names of other hosts are refused
    #[arg(long = "web.external-url", value_name = "URL")]
    pub(crate) external_url: Option<ExternalUrl>,
    /// Path below which everything is served, health too; "/" behind a proxy that takes the path of
    /// the external URL off [default: the path of --web.external-url]
    #[arg(
        long = "web.route-prefix",
        value_name = "PATH",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) route_prefix: RoutePrefix,
    /// Let HTTP clients have the configuration read anew, with POST /-/reload
    #[arg(long = "web.enable-lifecycle")]
    pub(crate) enable_lifecycle: bool,
    /// Most scrapes that are answered at the same time, where 0 is no limit; others get a 503
    // Connections are bounded anyway, and at the bound those that stall make room. Scrapes that are
    // counted cannot: clients that read nothing could keep Prometheus out, so that is for the user
    // to choose.
    #[arg(long = "web.max-requests", value_name = "COUNT", default_value_t = 0)]
    pub(crate) max_requests: usize,
    /// File that can enable TLS, logins, headers and a rate limit; see docs/web.md
    #[arg(long = "web.config.file", value_name = "FILE")]
    pub(crate) web_config_file: Option<PathBuf>,
    /// Listen on the sockets that systemd passes, instead of on addresses (Linux only)
    #[arg(long = "web.systemd-socket")]
    pub(crate) systemd_socket: bool,
}

/// An argument of [`Web`] for `healthcheck`, which asks where `serve` listens.
///
/// It takes them all, so that one line of flags does for both, and says nothing of those that it
/// does not need.
pub(super) fn for_healthcheck(argument: Arg) -> Arg {
    match argument.get_id().as_str() {
        "listen_address" => argument.help(
            "Address of the exporter to ask; may be given several times: all must be healthy",
        ),
        "web_config_file" => argument.help(
            "File of the exporter for TLS and logins, which says whether it speaks TLS; no password or certificate is needed",
        ),
        _ => argument.hide(true),
    }
}

fn telemetry_path(text: &str) -> Result<String, String> {
    // A path that cannot be served is refused here, where the message can still name the flag.
    match check_telemetry_path(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

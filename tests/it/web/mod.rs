//! The web configuration: TLS, client certificates, HTTP/2, logins, and what changes while the
//! program runs.

mod client;
mod health;
mod hosts;
mod http2;
mod logins;
mod pki;
mod reload;
mod storm;
mod systemd;
mod tls;

use std::path::PathBuf;

use client::{TlsClient, ask_over};
use pki::{Identity, Pki};

use crate::support::{Program, Reply, get};

/// Cheap to check, so that tests are quick.
const COST: u32 = 4;
const USER: &str = "prometheus";
const PASSWORD: &str = "correct horse battery staple";

/// The section that makes a server speak TLS.
const TLS: &str = "tls_server_config: {cert_file: server.crt, key_file: server.key}\n";

/// The demo behind a web configuration, with what is needed to talk to it.
struct Site {
    pki: Pki,
    program: Program,
}

impl Site {
    async fn start(config: &str, flags: &[&str]) -> Self {
        let pki = Pki::new();
        let file = pki.write("web.yml", config);
        let file = file.to_str().unwrap();
        let demo = [
            "demo",
            "--sim.instances=5",
            "--sim.latency=0",
            "--web.config.file",
            file,
        ];
        let program = Program::start(&[], &[&demo[..], flags].concat()).await;
        Self { pki, program }
    }

    fn file(&self) -> PathBuf {
        self.pki.path("web.yml")
    }

    /// Asks over TLS, without a certificate.
    async fn get_tls(&self, path: &str, headers: &str) -> Reply {
        let client = TlsClient::of(&self.pki);
        ask_over(&client, self.program.address, path, headers)
            .await
            .unwrap()
    }

    async fn get(&self, path: &str, headers: &str) -> Reply {
        get(self.program.address, path, headers).await
    }
}

fn hash(password: &str, cost: u32) -> String {
    bcrypt::hash(password, cost).unwrap()
}

/// The section of one user.
fn user() -> String {
    format!("basic_auth_users: {{{USER}: '{}'}}\n", hash(PASSWORD, COST))
}

/// The header of a login.
fn login(user: &str, password: &str) -> String {
    use base64::Engine as _;
    let text = base64::prelude::BASE64_STANDARD.encode(format!("{user}:{password}"));
    format!("Authorization: Basic {text}\r\n")
}

//! Web configurations of any text.

use fuzzing::Fuzz;

use super::{Folder, PAIR};

const HASH: &str = "$2y$12$1DpfPeqF9HzHJt.EWswy1exHluGfbhnn3yXhR7Xes6m3WJqFg0Wby";

const WORDS: [&str; 62] = [
    "\n",
    "\n  ",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "'",
    "\"",
    "|\n",
    "&a ",
    "*a",
    "#",
    "!!str ",
    "null",
    "true",
    "false",
    "---\n",
    "tls_server_config:\n",
    "  cert_file: ",
    "  key_file: ",
    "  cert_file: server.crt\n",
    "  key_file: server.key\n",
    "  cert: |\n",
    "  key: |\n",
    "  client_auth_type: ",
    "RequireAndVerifyClientCert\n",
    "VerifyClientCertIfGiven\n",
    "NoClientCert\n",
    "RequestClientCert\n",
    "  client_ca_file: ",
    "server.crt\n",
    "server.key\n",
    "../x",
    "  client_ca: ",
    "  client_allowed_sans: [a]\n",
    "  min_version: ",
    "  max_version: ",
    "TLS10",
    "TLS12\n",
    "TLS13\n",
    "  cipher_suites: [",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_AES_128_GCM_SHA256",
    "  curve_preferences: [CurveP256]\n",
    "  prefer_server_cipher_suites: ",
    "http_server_config:\n",
    "  http2: false\n",
    "  headers:\n",
    "    X-Frame-Options: deny\n",
    "    Content-Security-Policy: ",
    "    X-Evil: ",
    "basic_auth_users:\n",
    "  alice: $2y$12$1DpfPeqF9HzHJt.EWswy1exHluGfbhnn3yXhR7Xes6m3WJqFg0Wby\n",
    "  alice: hunter2\n",
    "$2y$31$",
    "rate_limit:\n",
    "  interval: 1s\n",
    "  burst: ",
    "-----BEGIN PRIVATE KEY-----\n",
];

/// Values of users, which no message may repeat.
const SECRETS: [&str; 2] = ["hunter2", "1DpfPeqF9HzHJt"];

#[test]
fn any_web_configuration_is_taken_or_refused_with_its_problems_and_without_secrets() {
    let folder = Folder::new();
    let good = format!(
        "{PAIR}basic_auth_users:\n  alice: {HASH}\nrate_limit:\n  interval: 1s\n  burst: 5\n"
    );
    let headers = "http_server_config:\n  headers:\n    X-Frame-Options: deny\n".to_owned();
    let password = "basic_auth_users:\n  alice: hunter2\n".to_owned();
    Fuzz::of("web-configuration")
        .words(WORDS)
        .examples([good, headers, password])
        .check(|input| {
            let text = std::str::from_utf8(input).ok()?;
            Some(match folder.load(text) {
                Ok(config) => Ok((
                    config.has_tls(),
                    config.user_count().min(2),
                    config.headers.len(),
                )),
                Err(message) => Err(check_message(&message, text)),
            })
        });
}

/// Each problem is one line with its place, and perhaps a hint; no value of a user is told. Returns the
/// shape of the first problem.
fn check_message(message: &str, text: &str) -> String {
    assert!(
        !message
            .chars()
            .any(|sign| sign.is_control() && sign != '\n'),
        "{message:?}"
    );
    for line in message.lines() {
        let is_problem = line.starts_with("web.yml:")
            || line.starts_with("  hint: ")
            || line.starts_with("and ");
        assert!(is_problem, "{message}");
    }
    // As the names of keys, or elsewhere, they are no secrets.
    let is_value =
        text.matches("alice: ").count() == 1 && text.contains("basic_auth_users:\n  alice: ");
    for secret in SECRETS {
        let is_secret = is_value && text.matches(secret).count() == 1;
        let follows = text
            .split_once("alice: ")
            .is_some_and(|(_, value)| value.trim_start_matches("$2y$12$").starts_with(secret));
        assert!(
            !(is_secret && follows && message.contains(secret)),
            "{message}"
        );
    }
    let first = message.lines().next().unwrap_or_default();
    let before_quote = first.split('"').next().unwrap_or_default();
    before_quote
        .chars()
        .filter(|sign| !sign.is_ascii_digit())
        .take(80)
        .collect()
}

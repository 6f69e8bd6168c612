//! Web configurations as text. What is good and what is bad is what the exporter-toolkit's own test
//! files say of it (`web/testdata`); where the two differ, the test says why.

use std::fs;

use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use super::WebConfig;

mod fuzz;
mod reload;

/// What stands before most of the toolkit's cases.
const PAIR: &str = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";

/// A certificate and its key, beside which configurations are written.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("server.crt"), certificate.pem()).unwrap();
        fs::write(folder.path().join("server.key"), key.serialize_pem()).unwrap();
        Self(folder)
    }

    fn load(&self, text: &str) -> Result<WebConfig, String> {
        let file = self.0.path().join("web.yml");
        fs::write(&file, text).unwrap();
        let name = file.display().to_string();
        WebConfig::load(&file).map_err(|error| error.to_string().replace(&name, "web.yml"))
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }
}

/// What the toolkit takes, whether it means TLS, and the number of its users.
const TAKEN: &[(&str, bool, usize)] = &[
    ("", false, 0),
    ("# nothing\n", false, 0),
    ("basic_auth_users:\ntls_server_config:\n", false, 0),
    ("rate_limit: {interval: 0, burst: 0}\n", false, 0),
    (
        "basic_auth_users:\n  alice: $2y$12$1DpfPeqF9HzHJt.EWswy1exHluGfbhnn3yXhR7Xes6m3WJqFg0Wby\n  bob: $2y$18$4VeFDzXIoPHKnKTU3O3GH.N.vZu06CVqczYZ8WvfzrddFU6tGqjR.\n",
        false,
        2,
    ),
    (
        "{PAIR}  client_auth_type: VerifyClientCertIfGiven\n",
        true,
        0,
    ),
    (
        "{PAIR}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: server.crt\n  client_allowed_sans: [one, test3]\n",
        true,
        0,
    ),
    (
        "{PAIR}  client_ca: \"\"\n  cipher_suites: []\n  max_version:\n",
        true,
        0,
    ),
    (
        "{PAIR}  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n  max_version: TLS12\nhttp_server_config: {http2: false}\n",
        true,
        0,
    ),
    (
        "{PAIR}  prefer_server_cipher_suites: false\n  min_version: TLS12\n",
        true,
        0,
    ),
    (
        "{PAIR}  curve_preferences: [CurveP256, CurveP384, X25519]\n",
        true,
        0,
    ),
    (
        "http_server_config:\n  headers:\n    X-Frame-Options: deny\n    X-XSS-Protection: 1\n    X-Content-Type-Options: nosniff\n    Content-Security-Policy: \"default-src 'self' *.test.example.net\"\n",
        false,
        0,
    ),
];

#[test]
fn what_the_exporter_toolkit_takes_is_taken() {
    let folder = Folder::new();
    for (text, has_tls, users) in TAKEN {
        let config = folder
            .load(&text.replace("{PAIR}", PAIR))
            .unwrap_or_else(|error| panic!("{text}\n{error}"));
        assert_eq!(
            (config.has_tls(), config.user_count()),
            (*has_tls, *users),
            "{text}"
        );
    }
}

#[test]
fn certificate_and_key_may_stand_in_the_file_itself() {
    let folder = Folder::new();
    let indented = |name| folder.text(name).replace('\n', "\n    ");
    let text = format!(
        "tls_server_config:\n  cert: |\n    {}\n  key: |\n    {}\n",
        indented("server.crt"),
        indented("server.key")
    );
    assert!(folder.load(&text).unwrap().has_tls());
}

/// What the toolkit refuses, and what is said of it here.
const REFUSED: &[(&str, &str)] = &[
    (
        "hWkNKCp3fvIx3jKnsaBI\n",
        "web.yml:1: the file must be a mapping",
    ),
    (
        "tls_server_config:\n  cert_filse: server.crt\n",
        "web.yml:2: unknown key \"cert_filse\" in tls_server_config",
    ),
    (
        "tls_server_config:\n  cert_file: server.crt\n",
        "web.yml:1: tls_server_config has neither key_file nor key",
    ),
    (
        "tls_server_config: {cert: '', key_file: server.key}",
        "has neither cert_file nor cert",
    ),
    (
        "tls_server_config: {cert_file: somefile, key_file: server.key}",
        "cert_file \"somefile\" cannot be read",
    ),
    (
        "tls_server_config: {cert_file: server.key, key_file: server.key}",
        "cert_file holds no certificate in PEM",
    ),
    (
        "tls_server_config: {cert_file: server.crt, key_file: server.crt}",
        "key_file holds no private key in PEM",
    ),
    (
        "{PAIR}  client_ca_file: server.crt\n",
        "web.yml:4: tls_server_config.client_ca_file is given, but",
    ),
    (
        "{PAIR}  client_auth_type: RequireAndVerifyClientCert\n",
        "needs client_ca_file",
    ),
    (
        "{PAIR}  cipher_suites:\n  - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA2048\n",
        "web.yml:5: tls_server_config.cipher_suites[0] is",
    ),
    (
        "{PAIR}  curve_preferences: [CurveP257]\n",
        "which is unknown",
    ),
    ("{PAIR}  min_version: TLS111\n", "which is unknown"),
    ("{PAIR}  client_auth_type: x\n", "which is unknown"),
    (
        "basic_auth_users: {john: doe}",
        "basic_auth_users.john is no bcrypt hash",
    ),
    (
        "http_server_config: {headers: {Content-Type: foo}}",
        "the header \"Content-Type\" cannot be set",
    ),
    (
        "http_server_config: {headers: {X-Frame-Options: foo}}",
        "hint: write deny or sameorigin",
    ),
    (
        "http_server_config: {headers: {X-Content-Type-Options: sniff}}",
        "hint: write nosniff",
    ),
];

#[test]
fn what_the_exporter_toolkit_refuses_is_refused_with_its_line() {
    let folder = Folder::new();
    for (text, problem) in REFUSED {
        let error = folder.load(&text.replace("{PAIR}", PAIR)).unwrap_err();
        assert!(error.contains(problem), "{text}\n{error}");
        assert!(error.contains("hint: "), "{error}");
    }
}

/// These the toolkit takes, but rustls cannot do them, or they protect nothing.
#[test]
fn what_cannot_be_kept_is_refused_and_not_ignored() {
    let folder = Folder::new();
    for (text, problem) in [
        (
            "  client_auth_type: RequireAnyClientCert\n",
            "would take any certificate unverified",
        ),
        (
            "  client_auth_type: RequestClientCert\n",
            "would take any certificate unverified",
        ),
        ("  min_version: TLS10\n", "was withdrawn by RFC 8996"),
        ("  max_version: TLS11\n", "was withdrawn by RFC 8996"),
        (
            "  min_version: TLS13\n  max_version: TLS12\n",
            "min_version is above max_version",
        ),
        (
            "  curve_preferences: [CurveP521]\n",
            "which rustls does not offer",
        ),
        (
            "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]\n",
            "forward secrecy",
        ),
        (
            "  cipher_suites: [TLS_AES_128_GCM_SHA256]\n",
            "cipher_suites has none for TLS 1.2",
        ),
        (
            "  client_allowed_sans: [x]\n",
            "client_auth_type asks for no certificate",
        ),
        (
            "  client_allowed_sans: [x]\n  client_auth_type: VerifyClientCertIfGiven\n",
            "client_allowed_sans is given, but no authority",
        ),
        ("rate_limit: {interval: 1s}\n", "would refuse every request"),
        (
            "basic_auth_users: {a: $2y$19$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi}\n",
            "has a cost of 19",
        ),
    ] {
        let error = folder.load(&format!("{PAIR}{text}")).unwrap_err();
        assert!(error.contains(problem), "{text}\n{error}");
    }
}

#[test]
fn no_secret_is_in_an_error() {
    let folder = Folder::new();
    let key = folder.text("server.key").replace("PRIVATE", "PRIVAT");
    let text = format!(
        "tls_server_config: {{cert_file: server.crt, key: {key:?}}}\nbasic_auth_users: {{a: hunter2, b: [hunter2]}}\n"
    );
    let error = folder.load(&text).unwrap_err();
    assert!(
        !error.contains("hunter2") && !error.contains(&key[40..60]),
        "{error}"
    );
}

#[test]
fn a_key_of_another_certificate_is_named() {
    let (folder, other) = (Folder::new(), Folder::new());
    fs::write(folder.0.path().join("server.key"), other.text("server.key")).unwrap();
    let error = folder.load(PAIR).unwrap_err();
    assert!(
        error.contains("web.yml:3: tls_server_config.key_file is not the key of the certificate"),
        "{error}"
    );
}

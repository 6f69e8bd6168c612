//! Proxies, certificates and credential services, as `docs/networking.md` describes them.

use std::sync::{Arc, Mutex};

use super::parts::{Authority, Proxy, credential_service};
use crate::support::{Aws, CREDENTIALS, Format, OWN, Page, Run, run_with};

const REGION: (&str, &str) = ("AWS_REGION", "eu-west-1");

async fn once(environment: &[(&str, &str)]) -> Run {
    run_with(
        &[&[REGION, CREDENTIALS[0], CREDENTIALS[1]], environment].concat(),
        &["once"],
    )
    .await
}

/// Whether a refresh has read the simulated account.
fn is_up(run: &Run) -> bool {
    let page = Page::read(&run.out, Format::Text).unwrap();
    run.code == Some(0) && page.value("aws_ssm_up", &[("account_id", OWN)]) == Some(1.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn aws_is_reached_by_its_own_names_through_a_proxy_that_tunnels() {
    let (aws, authority) = (Aws::of(3).await, Authority::new());
    let (tls, bundle) = (authority.endpoint(&aws.url).await, authority.file());
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let proxy = Proxy::to(tls).await;
        let run = once(&[(variable, &proxy.url), ("AWS_CA_BUNDLE", &bundle)]).await;
        assert!(is_up(&run), "{variable}: {}", run.err);
        let seen = proxy.seen();
        for host in ["ssm", "sts"] {
            let line = format!("CONNECT {host}.eu-west-1.amazonaws.com:443 HTTP/1.1");
            assert!(seen.contains(&line), "{variable}: {seen:?}");
        }
    }
    // Many write a proxy without its scheme. And a host that is excepted goes past it.
    let proxy = Proxy::to(tls).await;
    let bare = proxy.url.replace("http://", "");
    let ours = format!("https://localhost:{tls}");
    let environment = [
        ("HTTPS_PROXY", bare.as_str()),
        ("NO_PROXY", "ssm.eu-west-1.amazonaws.com"),
        ("AWS_CA_BUNDLE", &bundle),
    ];
    let run = once(&[&environment[..], &[("AWS_ENDPOINT_URL_STS", ours.as_str())]].concat()).await;
    assert!(
        proxy.seen().is_empty() && !is_up(&run),
        "one is excepted, the other on this machine: {:?}",
        proxy.seen()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ca_of_ones_own_is_trusted_in_each_of_the_ways_of_awss_tools() {
    let (aws, authority) = (Aws::of(3).await, Authority::new());
    let endpoint = format!("https://localhost:{}", authority.endpoint(&aws.url).await);
    let endpoint = ("AWS_ENDPOINT_URL", endpoint.as_str());
    let (file, folder) = (authority.file(), authority.folder().to_str().unwrap());
    let profile = authority.folder().join("config");
    std::fs::write(&profile, format!("[default]\nca_bundle = {file}\n")).unwrap();
    for way in [
        ("AWS_CA_BUNDLE", file.as_str()),
        ("AWS_CONFIG_FILE", profile.to_str().unwrap()),
        ("SSL_CERT_FILE", &file),
        ("SSL_CERT_DIR", folder),
    ] {
        let run = once(&[endpoint, way]).await;
        assert!(is_up(&run), "{way:?}: {}", run.err);
    }
    let stranger = Authority::new();
    let (other, both) = (stranger.file(), authority.folder().join("both.pem"));
    std::fs::write(&both, format!("{}\n# and\n{}", read(&other), read(&file))).unwrap();
    assert!(
        is_up(&once(&[endpoint, ("AWS_CA_BUNDLE", both.to_str().unwrap())]).await),
        "a bundle of two"
    );
    assert!(
        is_up(&once(&[endpoint, ("AWS_CA_BUNDLE", ""), ("SSL_CERT_FILE", &file)]).await),
        "an empty variable"
    );
    // The bundle replaces the system's certificates, and the variable goes before the profile.
    for others in [
        vec![("AWS_CA_BUNDLE", other.as_str()), ("SSL_CERT_FILE", &file)],
        vec![
            ("AWS_CA_BUNDLE", other.as_str()),
            ("AWS_CONFIG_FILE", profile.to_str().unwrap()),
        ],
        vec![],
    ] {
        let run = once(&[&[endpoint], &others[..]].concat()).await;
        assert_eq!(run.code, Some(1), "{others:?}");
        let page = Page::read(&run.out, Format::Text).unwrap();
        assert!(
            page.count("aws_ssm_collector_error_info", &[("reason", "network")]) > 0,
            "{others:?}: {}",
            run.err
        );
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_cannot_be_used_is_a_configuration_error_with_its_name() {
    let authority = Authority::new();
    let pem = read(&authority.file());
    let broken = pem.replacen("MII", "M!I", 1);
    let half = &pem[..pem.len() / 2];
    let odd = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for text in [
        "",
        "# nothing\n",
        "nonsense",
        half,
        odd,
        key,
        &broken,
        &format!("{pem}{broken}"),
    ] {
        let path = authority.folder().join("bundle.pem");
        std::fs::write(&path, text).unwrap();
        let path = path.to_str().unwrap();
        let profile = authority.folder().join("config");
        std::fs::write(&profile, format!("[default]\nca_bundle = {path}\n")).unwrap();
        for (names, way) in [
            (["AWS_CA_BUNDLE", path], ("AWS_CA_BUNDLE", path)),
            (
                ["ca_bundle of profile", path],
                ("AWS_CONFIG_FILE", profile.to_str().unwrap()),
            ),
        ] {
            let run = once(&[way]).await;
            assert_eq!(run.code, Some(78), "{text:?}: {}", run.err);
            assert!(
                names.iter().all(|name| run.err.contains(name)) && run.err.contains("\n  hint: "),
                "{}",
                run.err
            );
        }
    }
    // A certificate that cannot be read must not cost the good ones around it.
    let mixed = authority.folder().join("mixed.pem");
    std::fs::write(&mixed, format!("{odd}{pem}")).unwrap();
    let aws = Aws::of(1).await;
    let endpoint = format!("https://localhost:{}", authority.endpoint(&aws.url).await);
    let run = once(&[
        ("AWS_ENDPOINT_URL", &endpoint),
        ("AWS_CA_BUNDLE", mixed.to_str().unwrap()),
    ])
    .await;
    assert!(is_up(&run), "{}", run.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_service_on_this_machine_is_never_asked_through_a_proxy() {
    let aws = Aws::of(3).await;
    let simulator: u16 = aws.url.rsplit(':').next().unwrap().parse().unwrap();
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let proxy = Proxy::to(simulator).await;
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let service = credential_service(Arc::clone(&asked)).await;
        let environment = [
            REGION,
            (variable, proxy.url.as_str()),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &service),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Bearer of-the-pod"),
            ("AWS_ENDPOINT_URL", "http://aws.example.com"),
        ];
        let run = run_with(&environment, &["once"]).await;
        assert!(is_up(&run), "{variable}: {}", run.err);
        let seen = proxy.seen();
        assert!(
            !seen.is_empty()
                && seen
                    .iter()
                    .all(|line| line.contains(" http://aws.example.com/")),
            "{seen:?}"
        );
        let asked = asked.lock().unwrap().clone();
        assert!(asked[0].starts_with("GET /credentials "), "{asked:?}");
        assert!(
            asked[0]
                .to_lowercase()
                .contains("authorization: bearer of-the-pod"),
            "{asked:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_on_this_machine_is_never_asked_through_a_proxy() {
    let aws = Aws::of(1).await;
    for url in [aws.url.clone(), aws.url.replace("127.0.0.1", "localhost")] {
        let proxy = Proxy::to(1).await;
        let all = [
            ("HTTP_PROXY", proxy.url.as_str()),
            ("HTTPS_PROXY", &proxy.url),
            ("ALL_PROXY", &proxy.url),
        ];
        let run = once(&[&all[..], &[("AWS_ENDPOINT_URL", url.as_str())]].concat()).await;
        assert!(is_up(&run), "{}", run.err);
        assert_eq!(proxy.seen(), Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environments_region_fits_the_role_beside_it_and_is_not_given_twice() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("exporter.yaml");
    for (accounts, expected) in [
        (
            "- role_arn: arn:aws-cn:iam::111122223333:role/x\n",
            "is not in the partition of arn:aws-cn:",
        ),
        (
            "- {}\n  - regions: [us-east-1, eu-west-1]\n    role_arn: arn:aws:iam::111122223333:role/x\n",
            "",
        ),
        (
            "- account_id: '111122223333'\n  - regions: [eu-west-1]\n    role_arn: arn:aws:iam::111122223333:role/x\n",
            "twice",
        ),
    ] {
        std::fs::write(&path, format!("accounts:\n  {accounts}")).unwrap();
        let run = run_with(
            &[REGION],
            &["check-config", "--config.file", path.to_str().unwrap()],
        )
        .await;
        assert_eq!(
            run.code,
            Some(if expected.is_empty() { 0 } else { 78 }),
            "{accounts}: {}",
            run.err
        );
        assert!(run.err.contains(expected), "{accounts}: {}", run.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_sts_cannot_be_asked_a_given_account_id_is_enough() {
    let aws = Aws::of(3).await;
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("exporter.yaml");
    std::fs::write(
        &path,
        format!("accounts:\n  - account_id: '{OWN}'\n    regions: [eu-west-1]\n"),
    )
    .unwrap();
    let endpoints = [
        ("AWS_ENDPOINT_URL_SSM", aws.url.as_str()),
        ("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1"),
    ];
    let environment = [&CREDENTIALS[..], &endpoints].concat();
    let run = run_with(
        &environment,
        &["once", "--config.file", path.to_str().unwrap()],
    )
    .await;
    assert!(is_up(&run), "{}", run.err);
    assert_eq!(aws.calls(OWN, "GetCallerIdentity"), 0);
}

//! What is read and from where, and what is said about what cannot be right. The table of every
//! variable and key, over the program itself, is in `tests/it/environment`.

use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const ALL: CheckedParts = CheckedParts {
    credentials: true,
    endpoints: true,
};

/// A home directory with these two files.
fn home(config: &str, credentials: &str) -> (TempDir, String) {
    let directory = TempDir::new().expect("a directory");
    let aws = directory.path().join(".aws");
    std::fs::create_dir(&aws).expect("a directory");
    std::fs::write(aws.join("config"), config).expect("a file");
    std::fs::write(aws.join("credentials"), credentials).expect("a file");
    let path = directory.path().to_str().expect("a path").to_owned();
    (directory, path)
}

async fn source(environment: &Environment) -> CredentialSource {
    let problems = Problems::default();
    let profile = environment.profile_files.read(&problems).await;
    let reader = SettingReader {
        variables: &environment.variables,
        profile: &profile,
        problems: &problems,
    };
    let source = CredentialSource::check(reader).await;
    let told = problems.into_list();
    assert!(told.is_empty(), "{told:?}");
    source
}

async fn message<const N: usize>(pairs: [(&str, &str); N]) -> String {
    Environment::of(pairs.into(), ALL)
        .await
        .expect_err("refused")
        .to_string()
}

#[tokio::test]
async fn a_region_is_that_of_the_first_variable_that_is_not_empty_then_the_profiles() {
    let (_home, home) = home(
        "[default]\nregion = eu-north-1\n[profile dev]\nregion = sa-east-1\n",
        "",
    );
    for (pairs, expected) in [
        (
            [
                ("AWS_REGION", "eu-west-1"),
                ("AWS_DEFAULT_REGION", "us-east-1"),
                ("AWS_PROFILE", "dev"),
            ],
            "eu-west-1",
        ),
        (
            [
                ("AWS_REGION", ""),
                ("AWS_DEFAULT_REGION", "us-east-1"),
                ("AWS_PROFILE", "dev"),
            ],
            "us-east-1",
        ),
        (
            [
                ("AWS_REGION", ""),
                ("AWS_DEFAULT_REGION", ""),
                ("AWS_PROFILE", "dev"),
            ],
            "sa-east-1",
        ),
        (
            [
                ("AWS_REGION", ""),
                ("AWS_DEFAULT_REGION", ""),
                ("AWS_PROFILE", ""),
            ],
            "eu-north-1",
        ),
    ] {
        let [a, b, c] = pairs;
        let environment = Environment::of([a, b, c, ("HOME", &home)].into(), ALL)
            .await
            .expect("good");
        assert_eq!(environment.region.as_deref(), Some(expected), "{pairs:?}");
    }
}

#[tokio::test]
async fn a_region_that_is_none_is_refused_wherever_it_stands() {
    let told = message([
        ("AWS_REGION", "eu-west-1a"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
    ])
    .await;
    assert!(
        told.starts_with("AWS_REGION: \"eu-west-1a\" is not a region\n  hint: "),
        "{told}"
    );
    assert!(told.contains("its region is eu-west-1"), "{told}");
    for (config, expected) in [
        (
            "[default]\nregion = eu-west-1a\n",
            ".aws/config: region of profile \"default\": ",
        ),
        (
            "[default]\nregion = eu-west-1\n  x\n",
            ".aws/config: region of profile \"default\": ",
        ),
        (
            "[default]\nregion =\n  eu-west-1\n",
            ".aws/config: line 3: ",
        ),
        (
            "[default]\nregion =\n  eu-west-1\n",
            "in the value of \"region\"",
        ),
    ] {
        let (_home, home) = home(config, "");
        let told = message([("HOME", &home)]).await;
        assert!(told.contains(expected), "{told}");
    }
}

#[tokio::test]
async fn keys_of_a_profile_without_a_value_count_as_not_there() {
    let config = "[default]\nregion =   # later\nca_bundle=\nretry_mode = legacy\nmax_attempts =\nrole_arn =\t\n\
                  s3 =\n  max_bandwidth = 1\nendpoint_url = http://127.0.0.1:1\n";
    let (_home, home) = home(
        config,
        "[default]\naws_access_key_id = AKIA\naws_secret_access_key = s3cret\n",
    );
    let environment = Environment::of([("HOME", &home)].map(|(a, b)| (a, b.as_str())).into(), ALL)
        .await
        .expect("good");
    assert_eq!(environment.region, None);
    assert!(matches!(
        source(&environment).await,
        CredentialSource::Profile
    ));
}

#[tokio::test]
async fn each_place_of_credentials_is_found_in_aws_order() {
    let (_keep, empty) = home("", "");
    let (_keep_too, keys) = home(
        "",
        "[default]\naws_access_key_id = A\naws_secret_access_key = b\n",
    );
    let token = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(token.path(), "token").expect("a file");
    let token = token.path().to_str().expect("a path");
    let role = ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/x");
    let container = (
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "http://localhost:1/x?y=z",
    );
    let all = [
        ("AWS_ACCESS_KEY_ID", "A"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
        ("HOME", keys.as_str()),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token),
        role,
        container,
    ];
    let of = async |pairs: [(&str, &str); 6]| {
        source(&Environment::of(pairs.into(), ALL).await.expect("good")).await
    };
    assert!(matches!(of(all).await, CredentialSource::Variables));
    let [_, _, home, web, role, container] = all;
    let (none, no_keys) = (("X", ""), ("HOME", empty.as_str()));
    assert!(matches!(
        of([none, none, home, web, role, container]).await,
        CredentialSource::Profile
    ));
    assert!(matches!(
        of([none, none, no_keys, web, role, container]).await,
        CredentialSource::WebIdentity
    ));
    assert!(matches!(
        of([none, none, no_keys, none, none, container]).await,
        CredentialSource::Container
    ));
    assert!(matches!(
        of([none, none, no_keys, none, none, none]).await,
        CredentialSource::InstanceMetadata
    ));
    let disabled = ("AWS_EC2_METADATA_DISABLED", "TRUE");
    assert!(matches!(
        of([disabled, none, no_keys, none, none, none]).await,
        CredentialSource::Nowhere
    ));
}

#[tokio::test]
async fn what_a_profile_lacks_is_told_with_file_profile_and_key() {
    for (config, expected) in [
        (
            "[default]\nrole_arn = reader\nsource_profile = default\n",
            "role_arn of profile \"default\": \"reader\" is not",
        ),
        (
            "[default]\nrole_arn = ROLE\n",
            "without a source of credentials",
        ),
        (
            "[default]\nrole_arn = ROLE\nsource_profile = base\n",
            "source_profile of profile \"default\": there is no profile",
        ),
        (
            "[default]\nrole_arn = ROLE\nsource_profile = a\n[profile a]\nrole_arn = ROLE\nsource_profile = default\n",
            "circle",
        ),
        (
            "[default]\nrole_arn = ROLE\ncredential_source = Nowhere\n",
            "is not a source of credentials",
        ),
        (
            "[default]\nrole_arn = ROLE\ncredential_source = Environment\n",
            "no AWS_ACCESS_KEY_ID",
        ),
        (
            "[default]\nsso_session = dev\nsso_account_id = 111122223333\nsso_role_name = x\n",
            "there is no sso-session",
        ),
        (
            "[default]\nsso_region = xx-west-1\nsso_account_id = 1\nsso_role_name = x\n",
            "sso_account_id of profile",
        ),
        (
            "[default]\naws_access_key_id = A\n",
            "without aws_secret_access_key",
        ),
        (
            "[default]\naws_access_key_id = A\n B\naws_secret_access_key = hunter2 hunter2\n",
            "(not shown)",
        ),
        (
            "[default]\nweb_identity_token_file = /nonexistent\nrole_arn = ROLE\n",
            "web_identity_token_file of profile",
        ),
        (
            "region = eu-west-1\n",
            ".aws/config: line 1: Expected a profile definition",
        ),
        ("[default]\nregion\n", ".aws/config: line 2: "),
    ] {
        let (_home, home) = home(
            &config.replace("ROLE", "arn:aws:iam::111122223333:role/x"),
            "",
        );
        let told = message([("HOME", &home)]).await;
        assert!(
            told.contains(expected) && told.contains(".aws/config") && !told.contains("hunter2"),
            "{config}: {told}"
        );
        assert!(told.lines().all(|line| !line.ends_with('.')), "{told}");
    }
}

#[tokio::test]
async fn settings_that_exclude_each_other_are_told_with_both_names() {
    let told = message([
        ("AWS_USE_FIPS_ENDPOINT", "true"),
        ("AWS_ENDPOINT_URL_SSM", "https://vpce.example.com"),
    ])
    .await;
    assert!(
        told.contains("AWS_USE_FIPS_ENDPOINT: ") && told.contains("AWS_ENDPOINT_URL_SSM"),
        "{told}"
    );
    let told = message([("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "")]).await;
    assert!(
        told.contains("AWS_ACCESS_KEY_ID: it is set and AWS_SECRET_ACCESS_KEY is not"),
        "{told}"
    );
    let ignored = [
        ("AWS_USE_FIPS_ENDPOINT", "true"),
        ("AWS_ENDPOINT_URL", "https://vpce.example.com"),
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
    ];
    assert!(Environment::of(ignored.into(), ALL).await.is_ok());
}

#[tokio::test]
async fn an_endpoint_is_the_services_own_before_the_shared_one_and_a_variable_before_the_profile() {
    let config = "[default]\nservices = vpc\nendpoint_url = http://shared-of-profile\n\
                  [services vpc]\nssm =\n  endpoint_url = http://ssm-of-profile\n";
    let (_home, home) = home(config, "");
    let key = |service| {
        use aws_types::service_config::ServiceConfigKey;
        let key = ServiceConfigKey::builder()
            .service_id(service)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url");
        key.build().expect("a key")
    };
    let urls = async |pairs: [(&str, &str); 2]| {
        use aws_types::service_config::LoadServiceConfig as _;
        let [a, b] = pairs;
        let endpoints = Environment::of([a, b, ("HOME", &home)].into(), ALL)
            .await
            .expect("good")
            .endpoints();
        ["SSM", "STS"].map(|service| endpoints.load_config(key(service)).unwrap_or_default())
    };
    let none = ("AWS_ENDPOINT_URL", "");
    assert_eq!(
        urls([none, ("X", "")]).await,
        ["http://ssm-of-profile", "http://shared-of-profile"]
    );
    let own = ("AWS_ENDPOINT_URL_STS", "http://sts");
    assert_eq!(
        urls([none, own]).await,
        ["http://ssm-of-profile", "http://sts"]
    );
    assert_eq!(
        urls([("AWS_ENDPOINT_URL", "http://all"), own]).await,
        ["http://all", "http://sts"]
    );
}

#[tokio::test]
async fn a_profile_may_lie_elsewhere_and_must_be_there_if_it_is_named() {
    let (_home, home) = home("", "");
    let other = PathBuf::from(&home).join("other");
    std::fs::write(&other, "[profile dev]\nregion = eu-west-1\n").expect("a file");
    let named = [
        ("HOME", home.as_str()),
        ("AWS_CONFIG_FILE", "~/other"),
        ("AWS_PROFILE", "dev"),
    ];
    let environment = Environment::of(named.into(), ALL).await.expect("good");
    assert_eq!(environment.region.as_deref(), Some("eu-west-1"));
    let told = message([
        ("HOME", &home),
        ("AWS_CONFIG_FILE", "~/gone"),
        ("AWS_PROFILE", "dev"),
    ])
    .await;
    assert!(
        told.contains("AWS_CONFIG_FILE: ") && told.contains("/gone cannot be read"),
        "{told}"
    );
    assert!(
        told.contains("AWS_PROFILE: there is no profile \"dev\""),
        "{told}"
    );
    assert!(
        Environment::of([("HOME", "/nonexistent")].into(), ALL)
            .await
            .is_ok(),
        "nobody named that home"
    );
}

#[tokio::test]
async fn an_empty_endpoint_is_only_told_where_the_sdk_would_take_it_for_one() {
    let (_home, home) = home(
        "[default]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = base\n",
        "[base]\naws_access_key_id = A\naws_secret_access_key = b\n",
    );
    let emptied = ("AWS_ENDPOINT_URL_STS", "");
    let told = message([("HOME", home.as_str()), emptied]).await;
    assert!(
        told.starts_with("AWS_ENDPOINT_URL_STS: it is set to nothing"),
        "{told}"
    );
    assert!(
        Environment::of([("HOME", "/nonexistent"), emptied].into(), ALL)
            .await
            .is_ok()
    );
}

#[test]
fn keys_that_no_request_could_be_signed_with_are_refused_whoever_gave_them() {
    for (id, is_good) in [
        ("AKIAGOOD", true),
        ("AKIA\nBAD", false),
        ("AKIÁ", false),
        ("", false),
    ] {
        let credentials =
            aws_credential_types::Credentials::new(id, "s", Some("t".to_owned()), None, "test");
        assert_eq!(
            Environment::unusable(&credentials).is_none(),
            is_good,
            "{id}"
        );
    }
}

#[tokio::test]
async fn a_profile_is_read_anew_each_time_and_what_does_not_matter_in_it_never_does() {
    let keys =
        |id: &str| format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = s\n");
    let (_home, home) = home("", &keys("FIRST"));
    let environment = Environment::of([("HOME", home.as_str())].into(), ALL)
        .await
        .expect("good");
    let write = |text: &str| {
        std::fs::write(PathBuf::from(&home).join(".aws/credentials"), text).expect("a file")
    };
    for (text, expected) in [
        (keys("FIRST"), None),
        (
            keys("SECOND") + "retry_mode = legacy\nmax_attempts =\n",
            None,
        ),
        ("nonsense".to_owned(), Some(".aws/credentials: line 1")),
        (keys("NO KEY"), Some("aws_access_key_id of profile")),
        (keys("THIRD"), None),
    ] {
        write(&text);
        match (environment.credentials_fault().await, expected) {
            (None, None) => {}
            (Some(told), Some(part)) => {
                assert!(
                    told.contains(part) && !told.contains("NO KEY") && !told.contains('\n'),
                    "{told}"
                );
            }
            (other, _) => panic!("{text}: {other:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn any_profile_is_read_or_refused_without_a_panic(
        lines in proptest::collection::vec(
            prop_oneof![
                Just("[default]".to_owned()), Just("[profile x]".to_owned()), Just("[sso-session y]".to_owned()),
                Just("[services z]".to_owned()), Just("source_profile = x".to_owned()), Just(" sub = 1".to_owned()),
                "(region|role_arn|sso_session|services|endpoint_url|ca_bundle|retry_mode|sso_region) *= *\\PC{0,12}",
                "\\PC{0,20}",
            ],
            0..12,
        )
    ) {
        let (_home, home) = home(&lines.join("\n"), &lines.join("\n"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let variables = Variables::from([("HOME", home.as_str()), ("AWS_EC2_METADATA_DISABLED", "true")]);
        let _ = runtime.block_on(Environment::of(variables, ALL)).map_err(|error| error.to_string());
    }
}

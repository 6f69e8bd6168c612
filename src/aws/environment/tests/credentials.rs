//! The places of credentials, and what is wrong with them.

use super::*;

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

/// Files of profiles, and what is said about each of them.
const LACKING: [(&str, &str); 13] = [
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
];

#[tokio::test]
async fn what_a_profile_lacks_is_told_with_file_profile_and_key() {
    for (config, expected) in LACKING {
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

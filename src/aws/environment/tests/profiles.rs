//! The files of profiles: where they are, and what of them counts.

use super::*;

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
    assert_eq!(environment.region, DefaultRegion::Absent);
    assert!(matches!(
        source(&environment).await,
        CredentialSource::Profile
    ));
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
    assert_eq!(environment.region.name(), Some("eu-west-1"));
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

//! Which region is meant.

use super::*;

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
        assert_eq!(environment.region.name(), Some(expected), "{pairs:?}");
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
async fn what_names_the_region_is_told_in_words() {
    let (_home, home) = home("[profile dev]\nregion = sa-east-1\n", "");
    for (pairs, expected) in [
        (
            [("AWS_REGION", "eu-west-1"), ("AWS_PROFILE", "dev")],
            "the environment variable AWS_REGION".to_owned(),
        ),
        (
            [("AWS_DEFAULT_REGION", "eu-west-1"), ("AWS_PROFILE", "dev")],
            "the environment variable AWS_DEFAULT_REGION".to_owned(),
        ),
        (
            [("AWS_REGION", ""), ("AWS_PROFILE", "dev")],
            format!("the profile \"dev\" in {home}/.aws/config"),
        ),
    ] {
        let [a, b] = pairs;
        let environment = Environment::of([a, b, ("HOME", &home)].into(), ALL)
            .await
            .expect("good");
        let origin = environment.region.origin().map(ToString::to_string);
        assert_eq!(origin, Some(expected), "{pairs:?}");
    }
}

#[tokio::test]
async fn a_region_is_only_absent_if_nothing_that_could_name_one_is_wrong() {
    let (_home, home) = home("[default]\nregion = eu-wset-1\n", "");
    let bad_proxy = ("HTTPS_PROXY", "socks5://z");
    for (pairs, expected) in [
        ([("X", ""), bad_proxy], DefaultRegion::Absent),
        ([("AWS_REGION", "x"), bad_proxy], DefaultRegion::Unreadable),
        ([("AWS_PROFILE", "y"), bad_proxy], DefaultRegion::Unreadable),
        (
            [("AWS_CONFIG_FILE", "/nonexistent"), bad_proxy],
            DefaultRegion::Unreadable,
        ),
        ([("HOME", &home), bad_proxy], DefaultRegion::Unreadable),
    ] {
        let [a, b] = pairs;
        let error = Environment::of([a, b].into(), ALL).await.expect_err("bad");
        assert_eq!(*error.default_region(), expected, "{pairs:?}");
    }
    let good = [("AWS_REGION", "eu-west-1"), bad_proxy];
    let error = Environment::of(good.into(), ALL).await.expect_err("bad");
    assert_eq!(error.default_region().name(), Some("eu-west-1"));
}

//! Which endpoints are meant.

use super::*;

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
async fn the_tagging_api_has_an_endpoint_of_its_own() {
    use aws_types::service_config::{LoadServiceConfig as _, ServiceConfigKey};
    let variables = [
        ("AWS_ENDPOINT_URL", "http://all"),
        (
            "AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API",
            "http://tags",
        ),
    ];
    let environment = Environment::of(variables.into(), ALL).await.expect("good");
    let key = ServiceConfigKey::builder()
        .service_id("Resource Groups Tagging API")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url");
    let url = environment
        .endpoints()
        .load_config(key.build().expect("a key"));
    assert_eq!(url.as_deref(), Some("http://tags"));
}

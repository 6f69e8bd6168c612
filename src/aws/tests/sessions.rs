//! The names of the sessions of a role.

use super::scripted_aws::{Counts, Server, identity, json, role_options, session};
use crate::aws::{SsmSource, TargetOptions};
use crate::collect::Source as _;

#[tokio::test]
async fn sessions_have_the_name_of_the_configuration_or_the_exporters_own() {
    for (name, expected) in [
        (None, "ssm-compliance-exporter"),
        (Some("eu.west+1=a,b@c"), "eu.west%2B1%3Da%2Cb%40c"),
    ] {
        let server = Server::start(|asked, _| match asked.operation.as_str() {
            "AssumeRole" => session("ASIAROLE", 60),
            "GetCallerIdentity" => identity("111122223333"),
            _ => json(200, r#"{"InstanceInformationList": []}"#),
        })
        .await;
        let options = TargetOptions {
            role_session_name: name.map(str::to_owned),
            ..role_options()
        };
        let source = SsmSource::new(
            &server.base().await,
            options,
            std::sync::Arc::<Counts>::default(),
        );
        source.begin().await.expect("a session");
        let asked = server.asked("AssumeRole");
        assert!(
            asked[0]
                .body
                .contains(&format!("RoleSessionName={expected}&")),
            "{}",
            asked[0].body
        );
    }
}

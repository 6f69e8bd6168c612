//! The keys of credentials in the selected profile, in the one that it takes its credentials from,
//! and so on.

use super::super::reader::SettingReader;
use super::super::value_forms::header_word;
use super::{keys, token_file};
use crate::config::forms::{self, Fault, shown};

type Form = fn(&str) -> Result<(), Fault>;

const ACCESS_KEY_ID: &str = "aws_access_key_id";
const SECRET_ACCESS_KEY: &str = "aws_secret_access_key";

/// The values of `credential_source`, in lower case; AWS's tools do not mind the case.
const CREDENTIAL_SOURCES: [&str; 3] = ["environment", "ec2instancemetadata", "ecscontainer"];

/// The forms of keys that every profile of the chain may have.
const KEY_FORMS: [(&str, Form); 10] = [
    ("role_arn", |text| forms::role_arn(text).map(drop)),
    ("role_session_name", |text| {
        forms::role_session_name(text).map(drop)
    }),
    ("external_id", |text| forms::external_id(text).map(drop)),
    ("credential_source", credential_source),
    ("sso_account_id", |text| forms::account_id(text).map(drop)),
    ("sso_region", |text| forms::region(text).map(drop)),
    ("sso_start_url", |text| forms::http_url(text).map(drop)),
    (ACCESS_KEY_ID, |text| header_word(text).map(drop)),
    (SECRET_ACCESS_KEY, |text| header_word(text).map(drop)),
    ("aws_session_token", |text| header_word(text).map(drop)),
];

/// Reports what is wrong with the profiles from which the credentials come.
pub(super) async fn check(reader: SettingReader<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    let mut name = reader.profile.name();
    loop {
        seen.push(name);
        check_keys(reader, name).await;
        let Some(source) = next_profile(reader, name) else {
            return;
        };
        if seen.contains(&source) {
            let place = reader.profile.place(name, "source_profile");
            let what = "these profiles take their credentials from each other";
            return reader.problems.add(place, what, "break the circle");
        }
        name = source;
    }
}

/// The profile from which this one takes the credentials to assume its role, if it takes them from
/// another one that is there.
fn next_profile<'a>(reader: SettingReader<'a>, name: &str) -> Option<&'a str> {
    let profile = reader.profile;
    let has_token = profile.of(name, "web_identity_token_file").is_some();
    // Without a role the keys of this profile are the credentials, and a token needs no others.
    if profile.of(name, "role_arn").is_none() || has_token {
        return None;
    }
    let credential_source = profile.of(name, "credential_source");
    if credential_source.is_some_and(|source| source.eq_ignore_ascii_case("environment")) {
        check_keys_of_environment(reader, name);
        return None;
    }
    let Some(source) = profile.of(name, "source_profile") else {
        if credential_source.is_none() {
            add_missing_source(reader, name);
        }
        return None;
    };
    let is_good = check_source_profile(reader, name, source);
    // A profile may name itself: then its own keys assume the role.
    (is_good && source != name).then_some(source)
}

fn add_missing_source(reader: SettingReader<'_>, name: &str) {
    let place = reader.profile.place(name, "role_arn");
    let what = "it stands without a source of credentials";
    let hint = "add source_profile or credential_source: whose credentials assume the role";
    reader.problems.add(place, what, hint);
}

fn check_keys_of_environment(reader: SettingReader<'_>, name: &str) {
    if !keys::are_set(reader) {
        reader.problems.add(
            reader.profile.place(name, "credential_source"),
            "the environment has no AWS_ACCESS_KEY_ID",
            "set it, or name another source",
        );
    }
}

/// Whether credentials can be taken from this source.
fn check_source_profile(reader: SettingReader<'_>, name: &str, source: &str) -> bool {
    let profile = reader.profile;
    let place = profile.place(name, "source_profile");
    if profile.of(name, "credential_source").is_some() {
        let what = "it stands beside credential_source";
        reader.problems.add(place, what, "keep one of them");
        return false;
    }
    if !profile.has(source) {
        let what = format!("there is no profile {}", shown(source));
        reader
            .problems
            .add(place, what, "name a profile that is there");
        return false;
    }
    true
}

async fn check_keys(reader: SettingReader<'_>, name: &str) {
    let profile = reader.profile;
    // Every key is held to its form, even if another key goes before it.
    for (key, form) in KEY_FORMS {
        if let Some(text) = profile.of(name, key) {
            profile.check(name, key, text, reader.problems, form);
        }
    }
    check_pair_of_keys(reader, name);
    check_sso_session(reader, name);
    if let Some(path) = profile.of(name, "web_identity_token_file") {
        let place = profile.place(name, "web_identity_token_file");
        token_file::check(path, &place, reader.problems).await;
    }
}

fn check_pair_of_keys(reader: SettingReader<'_>, name: &str) {
    let profile = reader.profile;
    let has_id = profile.of(name, ACCESS_KEY_ID).is_some();
    let has_secret = profile.of(name, SECRET_ACCESS_KEY).is_some();
    let (there, missing) = match (has_id, has_secret) {
        (true, false) => (ACCESS_KEY_ID, SECRET_ACCESS_KEY),
        (false, true) => (SECRET_ACCESS_KEY, ACCESS_KEY_ID),
        _ => return,
    };
    let place = profile.place(name, there);
    let what = format!("it stands without {missing}");
    reader
        .problems
        .add(place, what, "set both of them, or none");
}

fn credential_source(text: &str) -> Result<(), Fault> {
    let text = text.to_ascii_lowercase();
    if CREDENTIAL_SOURCES.contains(&text.as_str()) {
        return Ok(());
    }
    Err(Fault::new(
        "is not a source of credentials",
        "it is Environment, Ec2InstanceMetadata or EcsContainer",
    ))
}

fn check_sso_session(reader: SettingReader<'_>, name: &str) {
    let profile = reader.profile;
    let Some(session) = profile.of(name, "sso_session") else {
        return;
    };
    let place = profile.place(name, "sso_session");
    if !profile.has_sso_session(session) {
        let what = format!("there is no sso-session {}", shown(session));
        let hint = "run: aws configure sso-session";
        return reader.problems.add(place, what, hint);
    }
    let region = profile.of_sso_session(session, "sso_region");
    if let Some(Err(fault)) = region.map(forms::region) {
        reader
            .problems
            .add_fault(place, "sso_region of that session", fault);
    }
}

//! The keys of credentials in the selected profile, in the one that it takes its credentials from,
//! and so on.

use super::super::reader::SettingReader;
use super::super::value_forms::{Form, header_word};
use super::super::variables::Setting;
use super::{keys, token_file};
use crate::config::forms::{self, Fault, shown};

const ACCESS_KEY_ID: &str = "aws_access_key_id";
const SECRET_ACCESS_KEY: &str = "aws_secret_access_key";
const CREDENTIAL_SOURCE: &str = "credential_source";
const SOURCE_PROFILE: &str = "source_profile";
const SSO_SESSION: &str = "sso_session";
const TOKEN_FILE: &str = "web_identity_token_file";

/// The values of `credential_source`, in lower case; AWS's tools do not mind the case.
const CREDENTIAL_SOURCES: [&str; 3] = ["environment", "ec2instancemetadata", "ecscontainer"];

/// The forms of keys that every profile of the chain may have.
const KEY_FORMS: [(&str, Form<()>); 10] = [
    ("role_arn", |text| forms::role_arn(text).map(drop)),
    ("role_session_name", |text| {
        forms::role_session_name(text).map(drop)
    }),
    ("external_id", |text| forms::external_id(text).map(drop)),
    (CREDENTIAL_SOURCE, credential_source),
    ("sso_account_id", |text| forms::account_id(text).map(drop)),
    ("sso_region", |text| forms::region(text).map(drop)),
    ("sso_start_url", |text| forms::http_url(text).map(drop)),
    (ACCESS_KEY_ID, |text| header_word(text).map(drop)),
    (SECRET_ACCESS_KEY, |text| header_word(text).map(drop)),
    ("aws_session_token", |text| header_word(text).map(drop)),
];

/// One profile of the chain.
#[derive(Clone, Copy)]
struct ChainProfile<'a> {
    reader: SettingReader<'a>,
    name: &'a str,
}

/// Reports what is wrong with the profiles from which the credentials come.
pub(super) async fn check(reader: SettingReader<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    let mut name = reader.profile.name();
    loop {
        seen.push(name);
        let profile = ChainProfile { reader, name };
        profile.check_keys().await;
        let Some(source) = profile.next() else {
            return;
        };
        // The SDK would report a circle as well, but only when it is asked for credentials.
        if seen.contains(&source) {
            return profile.report_circle();
        }
        name = source;
    }
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

impl<'a> ChainProfile<'a> {
    fn get(self, key: &str) -> Option<&'a str> {
        self.reader.profile.of(self.name, key)
    }

    fn has(self, key: &str) -> bool {
        self.get(key).is_some()
    }

    fn place(self, key: &str) -> String {
        self.reader.profile.place(self.name, key)
    }

    /// Reports that something is wrong with a key, other than its form.
    fn report(self, key: &str, what: impl Into<String>, hint: &str) {
        self.reader.problems().add(self.place(key), what, hint);
    }

    fn report_circle(self) {
        let what = "these profiles take their credentials from each other";
        self.report(SOURCE_PROFILE, what, "break the circle");
    }

    /// The profile from which this one takes the credentials to assume its role, if it takes them
    /// from another one that is there.
    fn next(self) -> Option<&'a str> {
        // Without a role the keys of this profile are the credentials, and a token needs no others.
        if !self.has("role_arn") || self.has(TOKEN_FILE) {
            return None;
        }
        if self.takes_from_environment() {
            self.check_keys_of_environment();
            return None;
        }
        let Some(source) = self.get(SOURCE_PROFILE) else {
            self.check_has_source();
            return None;
        };
        let is_good = self.check_source_profile(source);
        // A profile may name itself: then its own keys assume the role.
        (is_good && source != self.name).then_some(source)
    }

    fn takes_from_environment(self) -> bool {
        let source = self.get(CREDENTIAL_SOURCE);
        source.is_some_and(|source| source.eq_ignore_ascii_case("environment"))
    }

    fn check_keys_of_environment(self) {
        if !keys::are_set(self.reader.variables) {
            let what = "the environment has no AWS_ACCESS_KEY_ID";
            self.report(CREDENTIAL_SOURCE, what, "set it, or name another source");
        }
    }

    fn check_has_source(self) {
        if !self.has(CREDENTIAL_SOURCE) {
            let what = "it stands without a source of credentials";
            let hint = "add source_profile or credential_source: whose credentials assume the role";
            self.report("role_arn", what, hint);
        }
    }

    /// Whether credentials can be taken from this source.
    fn check_source_profile(self, source: &str) -> bool {
        if self.has(CREDENTIAL_SOURCE) {
            let what = "it stands beside credential_source";
            self.report(SOURCE_PROFILE, what, "keep one of them");
            return false;
        }
        if !self.reader.profile.has(source) {
            let what = format!("there is no profile {}", shown(source));
            self.report(SOURCE_PROFILE, what, "name a profile that is there");
            return false;
        }
        true
    }

    async fn check_keys(self) {
        // Every key is held to its form, even if another key goes before it.
        for (key, form) in KEY_FORMS {
            self.check_key(key, form);
        }
        self.check_pair_of_keys();
        self.check_sso_session();
        self.check_token_file().await;
    }

    fn check_key(self, key: &str, form: Form<()>) {
        if let Some(text) = self.get(key) {
            self.reader.parse_key(self.name, key, text, form);
        }
    }

    fn check_pair_of_keys(self) {
        match (self.has(ACCESS_KEY_ID), self.has(SECRET_ACCESS_KEY)) {
            (true, false) => self.report_half_of_pair(ACCESS_KEY_ID, SECRET_ACCESS_KEY),
            (false, true) => self.report_half_of_pair(SECRET_ACCESS_KEY, ACCESS_KEY_ID),
            _ => {}
        }
    }

    fn report_half_of_pair(self, there: &str, missing: &str) {
        let what = format!("it stands without {missing}");
        self.report(there, what, "set both of them, or none");
    }

    fn check_sso_session(self) {
        let Some(session) = self.get(SSO_SESSION) else {
            return;
        };
        if self.reader.profile.has_sso_session(session) {
            self.check_sso_region(session);
        } else {
            let what = format!("there is no sso-session {}", shown(session));
            self.report(SSO_SESSION, what, "run: aws configure sso-session");
        }
    }

    /// The region of the session is where the login is exchanged for credentials.
    fn check_sso_region(self, session: &str) {
        let region = self.reader.profile.of_sso_session(session, "sso_region");
        if let Some(Err(fault)) = region.map(forms::region) {
            let problems = self.reader.problems();
            problems.add_fault(self.place(SSO_SESSION), "sso_region of that session", fault);
        }
    }

    async fn check_token_file(self) {
        if let Some(path) = self.get(TOKEN_FILE) {
            let file = Setting {
                value: path.to_owned(),
                place: self.place(TOKEN_FILE),
            };
            token_file::check(&file, self.reader.problems()).await;
        }
    }
}

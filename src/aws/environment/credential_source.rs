//! Where the base credentials come from: the first of AWS's places that says anything.
//!
//! The SDK's own chain asks one place after the other, and takes a typing error in one for a reason
//! to go on to the next, which may be another identity. What is written in one of them is meant, so
//! here it is held to its form and used.

use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::PathBuf;
use std::time::Duration;

use aws_credential_types::Credentials;
use tokio::time::timeout;

use super::files;
use super::profile::Profile;
use super::variables::{Problems, Setting, Variables, any, header_word};
use crate::config::forms::{self, Fault, shown};

/// The place that gives the credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CredentialSource {
    /// `AWS_ACCESS_KEY_ID` and its companions.
    Variables,
    /// The selected profile, and those that it names.
    Profile,
    /// A token of Kubernetes or another identity provider, exchanged at STS.
    WebIdentity,
    /// The service on the host that gives containers their roles.
    Container,
    /// The metadata service of the machine.
    InstanceMetadata,
    /// Nobody.
    Nowhere,
}

/// Keys that make a profile a place of credentials.
const CREDENTIAL_KEYS: [&str; 10] = [
    "role_arn",
    "credential_source",
    "web_identity_token_file",
    "sso_account_id",
    "sso_role_name",
    "login_session",
    "credential_process",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
];
/// How long the program's start waits for a token file. It is read again before each refresh that
/// needs it.
const TOKEN_FILE_PATIENCE: Duration = Duration::from_secs(2);
const CREDENTIAL_SOURCES: [&str; 3] = ["environment", "ec2instancemetadata", "ecscontainer"];

impl CredentialSource {
    /// Finds the place, and tells what is wrong with it.
    pub(super) async fn check(
        variables: &Variables,
        profile: &Profile,
        problems: &Problems,
    ) -> Self {
        if has_keys(variables, problems) {
            return Self::Variables;
        }
        if CREDENTIAL_KEYS.iter().any(|key| profile.get(key).is_some()) {
            check_profile(variables, profile, problems).await;
            return Self::Profile;
        }
        if let Some(token_file) = variables.parsed("AWS_WEB_IDENTITY_TOKEN_FILE", problems, any) {
            check_web_identity(&token_file, variables, problems);
            check_token_file(&token_file.value, &token_file.place, problems).await;
            return Self::WebIdentity;
        }
        if is_container(variables) {
            check_container(variables, problems).await;
            return Self::Container;
        }
        match variables.parsed(
            "AWS_EC2_METADATA_DISABLED",
            problems,
            super::variables::flag,
        ) {
            Some(Setting { value: true, .. }) => Self::Nowhere,
            _ => Self::InstanceMetadata,
        }
    }
}

/// Whether the environment has keys, good or bad.
fn has_keys(variables: &Variables, problems: &Problems) -> bool {
    let id = variables
        .raw("AWS_ACCESS_KEY_ID")
        .map(|_| "AWS_ACCESS_KEY_ID");
    let secret = ["AWS_SECRET_ACCESS_KEY", "SECRET_ACCESS_KEY"]
        .into_iter()
        .find(|name| variables.raw(name).is_some());
    let names = match (id, secret) {
        (Some(id), Some(secret)) => [id, secret, "AWS_SESSION_TOKEN"],
        // The old name is too common a word to mean AWS by itself.
        (None, None | Some("SECRET_ACCESS_KEY")) => return false,
        (id, _) => {
            let (there, missing) = match id {
                Some(id) => (id, "AWS_SECRET_ACCESS_KEY"),
                None => ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
            };
            problems.add(
                there,
                format!("it is set and {missing} is not"),
                "set both of them, or none",
            );
            return true;
        }
    };
    for name in names {
        let _value = variables.secret(name, problems, header_word);
    }
    true
}

fn check_web_identity(token_file: &Setting<String>, variables: &Variables, problems: &Problems) {
    let role = variables.parsed("AWS_ROLE_ARN", problems, forms::role_arn);
    if role.is_none() && variables.raw("AWS_ROLE_ARN").is_none() {
        let hint = "set AWS_ROLE_ARN to the role that the token is for";
        problems.add(&token_file.place, "it is set and AWS_ROLE_ARN is not", hint);
    }
    let _session = variables.parsed("AWS_ROLE_SESSION_NAME", problems, forms::role_session_name);
}

/// The SDK reads the file on the thread of its caller, so it only gets to read one that was
/// readable just now.
async fn check_token_file(path: &str, place: &str, problems: &Problems) {
    let Ok(fault) = timeout(TOKEN_FILE_PATIENCE, token_file_fault(PathBuf::from(path))).await
    else {
        return;
    };
    if let Some(fault) = fault {
        let hint = "name the file that holds the token; it must be readable";
        problems.add(place, format!("{path} {fault}"), hint);
    }
}

/// What is wrong with a token file for good. One that hangs is none of it: its mount may come back,
/// and until then the target says what hangs.
async fn token_file_fault(path: PathBuf) -> Option<String> {
    let unreadable = |error| Some(format!("cannot be read: {error}"));
    let asked = path.clone();
    let file_type = match files::in_time(move || std::fs::metadata(asked)).await {
        Ok(Ok(metadata)) => metadata.file_type(),
        Ok(Err(error)) => return unreadable(error),
        Err(_) => return None,
    };
    if file_type.is_dir() {
        return Some("is a directory".to_owned());
    }
    // Opening it may take as long as nobody writes to it.
    if file_type.is_fifo() {
        return None;
    }
    match files::read_text(&path).await {
        Ok(token) if token.trim().is_empty() => Some("is empty".to_owned()),
        Ok(_) => None,
        Err(error) if error.kind() == io::ErrorKind::TimedOut => None,
        Err(error) => unreadable(error),
    }
}

fn is_container(variables: &Variables) -> bool {
    [
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ]
    .iter()
    .any(|name| variables.raw(name).is_some())
}

/// The SDK reads these variables by itself and takes an empty one for a value, so here an empty one
/// is a problem.
async fn check_container(variables: &Variables, problems: &Problems) {
    let names = [
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    ];
    for name in names.into_iter().filter(|name| variables.is_empty(name)) {
        problems.add(
            name,
            "it is set to nothing, which the AWS SDK takes for a value here",
            "unset it",
        );
    }
    variables.parsed(names[0], problems, relative_uri);
    if variables.raw(names[0]).is_none() {
        variables.parsed("AWS_CONTAINER_CREDENTIALS_FULL_URI", problems, full_uri);
    }
    if let Some(file) = variables.parsed(names[1], problems, any) {
        check_token_file(&file.value, &file.place, problems).await;
    } else {
        variables.secret(names[2], problems, authorization);
    }
}

fn relative_uri(text: &str) -> Result<(), Fault> {
    if text.starts_with('/')
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && !text.contains(['#', '\\'])
    {
        return Ok(());
    }
    Err(Fault::new(
        "is not the path of a URI",
        "it begins with a slash; unset it if the container has no role",
    ))
}

/// With a scheme: the SDK panics over `localhost:8080`.
fn full_uri(text: &str) -> Result<(), Fault> {
    forms::http_url(text.split('?').next().unwrap_or_default()).map(drop)
}

/// `Basic ...` and the like have a space in the middle.
fn authorization(text: &str) -> Result<(), Fault> {
    if text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() || byte == b' ')
    {
        return Ok(());
    }
    Err(Fault::new(
        "cannot stand in a header",
        "set it anew, or unset it",
    ))
}

/// The selected profile, then the one that it takes its credentials from, and so on.
async fn check_profile(variables: &Variables, profile: &Profile, problems: &Problems) {
    let mut seen: Vec<&str> = Vec::new();
    let mut name = profile.name();
    loop {
        seen.push(name);
        check_keys(profile, name, problems).await;
        let get = |key| profile.of(name, key);
        if get("role_arn").is_none() || get("web_identity_token_file").is_some() {
            return;
        }
        if get("credential_source").is_some_and(|source| source.eq_ignore_ascii_case("environment"))
        {
            if !has_keys(variables, problems) {
                let what = "the environment has no AWS_ACCESS_KEY_ID";
                problems.add(
                    profile.place(name, "credential_source"),
                    what,
                    "set it, or name another source",
                );
            }
            return;
        }
        let Some(source) = get("source_profile") else {
            if get("credential_source").is_none() {
                let hint =
                    "add source_profile or credential_source: whose credentials assume the role";
                problems.add(
                    profile.place(name, "role_arn"),
                    "it stands without a source of credentials",
                    hint,
                );
            }
            return;
        };
        let place = profile.place(name, "source_profile");
        if get("credential_source").is_some() {
            return problems.add(
                place,
                "it stands beside credential_source",
                "keep one of them",
            );
        }
        if !profile.has(source) {
            return problems.add(
                place,
                format!("there is no profile {}", shown(source)),
                "name a profile that is there",
            );
        }
        // A profile may name itself: then its own keys assume the role.
        if source == name {
            return;
        }
        if seen.contains(&source) {
            return problems.add(
                place,
                "these profiles take their credentials from each other",
                "break the circle",
            );
        }
        name = source;
    }
}

async fn check_keys(profile: &Profile, name: &str, problems: &Problems) {
    let check = |key: &str, form: fn(&str) -> Result<(), Fault>| {
        profile
            .of(name, key)
            .map(|text| profile.check(name, key, text, problems, form))
            .is_some()
    };
    check("role_arn", |text| forms::role_arn(text).map(drop));
    check("role_session_name", |text| {
        forms::role_session_name(text).map(drop)
    });
    check("external_id", |text| forms::external_id(text).map(drop));
    check("credential_source", credential_source);
    check("sso_account_id", |text| forms::account_id(text).map(drop));
    check("sso_region", |text| forms::region(text).map(drop));
    check("sso_start_url", |text| forms::http_url(text).map(drop));
    let id = check("aws_access_key_id", |text| header_word(text).map(drop));
    let secret = check("aws_secret_access_key", |text| header_word(text).map(drop));
    check("aws_session_token", |text| header_word(text).map(drop));
    if id != secret {
        let (there, missing) = if id {
            ("aws_access_key_id", "aws_secret_access_key")
        } else {
            ("aws_secret_access_key", "aws_access_key_id")
        };
        problems.add(
            profile.place(name, there),
            format!("it stands without {missing}"),
            "set both of them, or none",
        );
    }
    check_sso(profile, name, problems);
    if let Some(path) = profile.of(name, "web_identity_token_file") {
        check_token_file(
            path,
            &profile.place(name, "web_identity_token_file"),
            problems,
        )
        .await;
    }
}

fn credential_source(text: &str) -> Result<(), Fault> {
    if CREDENTIAL_SOURCES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(text))
    {
        return Ok(());
    }
    Err(Fault::new(
        "is not a source of credentials",
        "it is Environment, Ec2InstanceMetadata or EcsContainer",
    ))
}

fn check_sso(profile: &Profile, name: &str, problems: &Problems) {
    let Some(session) = profile.of(name, "sso_session") else {
        return;
    };
    let place = profile.place(name, "sso_session");
    if !profile.has_sso_session(session) {
        let hint = "run: aws configure sso-session";
        return problems.add(
            place,
            format!("there is no sso-session {}", shown(session)),
            hint,
        );
    }
    if let Some(Err(fault)) = profile
        .of_sso_session(session, "sso_region")
        .map(forms::region)
    {
        problems.add(
            place,
            format!("sso_region of that session {}", fault.what),
            fault.hint,
        );
    }
}

/// What is wrong with credentials that somebody gave. The SDK panics when it signs with a key that
/// no header can hold.
pub(super) fn unusable(credentials: &Credentials) -> Option<&'static str> {
    let is_bad = |text: &str| header_word(text).is_err();
    if is_bad(credentials.access_key_id()) {
        Some("the access key id that was given is not one")
    } else if is_bad(credentials.secret_access_key()) {
        Some("the secret access key that was given is not one")
    } else if credentials.session_token().is_some_and(is_bad) {
        Some("the session token that was given is not one")
    } else {
        None
    }
}

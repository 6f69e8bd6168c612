//! What is read and from where, and what is said about what cannot be right. The table of every
//! variable and key, over the program itself, is in `tests/it/environment`.

mod credentials;
mod endpoints;
mod fuzz;
mod profiles;
mod regions;

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
        variables: VariableReader::new(&environment.variables, &problems),
        profile: &profile,
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

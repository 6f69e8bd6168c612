//! Files that cannot be read, or that are not text.

use std::fs;
use std::time::Duration;

use super::env;
use crate::config::Config;

#[test]
fn a_file_that_cannot_be_read_is_named_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Config::load(&folder.path().join("gone.yaml"), env)
        .unwrap_err()
        .to_string();
    assert!(
        missing.contains("gone.yaml: the configuration file cannot be read: ")
            && missing.contains("\n  hint: ")
    );
    let is_folder = Config::load(folder.path(), env).unwrap_err().to_string();
    assert!(is_folder.contains("cannot be read"), "{is_folder}");
}

#[test]
fn files_that_are_not_text_are_refused_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latin1.yaml");
    fs::write(&path, b"refresh: {}\n# caf\xe9\n").unwrap();
    let text = Config::load(&path, env).unwrap_err().to_string();
    assert!(
        text.contains("latin1.yaml:2: this is not UTF-8 text"),
        "{text}"
    );
    fs::write(&path, "# é\n".repeat(300_000)).unwrap();
    assert!(
        Config::load(&path, env)
            .unwrap_err()
            .to_string()
            .contains("larger than 1 MiB")
    );
    fs::write(&path, "refresh: {interval: 1m}\r\n").unwrap();
    assert_eq!(
        Config::load(&path, env).unwrap().refresh.interval,
        Duration::from_mins(1)
    );
}

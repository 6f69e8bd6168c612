//! The files are what the description here says.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::boards;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboards")
}

#[test]
fn the_files_are_current() {
    for board in boards::all() {
        let path = folder().join(format!("{}.json", board.uid));
        let expected = board.to_json();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::create_dir_all(folder()).unwrap();
            std::fs::write(
                &path,
                serde_json::to_string_pretty(&expected).unwrap() + "\n",
            )
            .unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let written: Value = serde_json::from_str(&text).unwrap_or_default();
        assert!(
            written == expected,
            "{} is stale: UPDATE_DOCS=1 cargo test --test dashboards",
            path.display()
        );
    }
}

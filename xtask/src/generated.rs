//! The list of generated files, and how they are written and checked.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use ssm_compliance_exporter::{config, metrics};

/// A file that is made from the code.
#[derive(Debug)]
struct Generated {
    /// Relative to the root of the repository.
    path: PathBuf,
    text: String,
}

/// Writes every generated file below `root`.
///
/// # Errors
/// The first file that cannot be written.
pub(crate) fn write_all(root: &Path) -> anyhow::Result<()> {
    for file in all()? {
        let path = root.join(&file.path);
        fs::write(&path, &file.text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Compares every generated file below `root` with what would be written now.
///
/// # Errors
/// Names every file that is missing or says something else.
pub(crate) fn check_all(root: &Path) -> anyhow::Result<()> {
    // All of them are named at once, because one change often makes several stale.
    let mut stale = Vec::new();
    for file in all()? {
        if !file.is_current(root) {
            stale.push(file.path.display().to_string());
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    bail!(
        "stale: {}\n  hint: run `make generate`, and look at the change before committing it",
        stale.join(", ")
    )
}

/// Every generated file as it is to be.
fn all() -> anyhow::Result<Vec<Generated>> {
    let mut files = vec![
        Generated::new("docs/metrics.md", metrics::document()),
        Generated::new("docs/configuration.md", config::reference::document()),
    ];
    for dashboard in dashboards::all() {
        // It is indented, so that a change of a dashboard can be reviewed line by line.
        let json = serde_json::to_string_pretty(&dashboard.to_json())?;
        let path = format!("dashboards/{}.json", dashboard.uid());
        // Editors and git expect a newline at the end of a text.
        files.push(Generated::new(&path, json + "\n"));
    }
    Ok(files)
}

// === impl Generated ===

impl Generated {
    fn new(path: &str, text: String) -> Self {
        Self {
            path: path.into(),
            text,
        }
    }

    /// Whether the file is there with this text. One that cannot be read is as good as missing.
    fn is_current(&self, root: &Path) -> bool {
        fs::read_to_string(root.join(&self.path)).is_ok_and(|text| text == self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("docs")).unwrap();
        fs::create_dir(root.path().join("dashboards")).unwrap();
        root
    }

    #[test]
    fn what_was_just_written_is_current() {
        let root = folder();
        write_all(root.path()).unwrap();
        check_all(root.path()).unwrap();
    }

    #[test]
    fn a_changed_file_and_a_missing_one_are_both_named() {
        let root = folder();
        write_all(root.path()).unwrap();
        fs::write(root.path().join("docs/metrics.md"), "# Metrics\n").unwrap();
        fs::remove_file(root.path().join("dashboards/ssm-compliance-fleet.json")).unwrap();
        let error = check_all(root.path()).unwrap_err().to_string();
        let expected = "stale: docs/metrics.md, dashboards/ssm-compliance-fleet.json\n";
        assert!(error.starts_with(expected), "{error}");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_an_error_that_names_it() {
        let root = tempfile::tempdir().unwrap();
        let error = write_all(root.path()).unwrap_err().to_string();
        assert!(error.contains("docs/metrics.md"), "{error}");
    }
}

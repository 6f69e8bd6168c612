//! What the commands of a shell or PowerShell script do, as far as compliance depends on it: they
//! reboot, and they remove packages.

use std::collections::BTreeSet;

/// Words that reboot an instance. A script that ends with exit code 194 asks the agent to do so.
const REBOOTS: [&str; 6] = [
    "shutdown -r",
    "shutdown /r",
    "restart-computer",
    "reboot",
    "init 6",
    "exit 194",
];
/// Package managers of Linux, with the words by which they remove packages.
const PACKAGE_MANAGERS: [&str; 6] = ["yum", "dnf", "apt-get", "apt", "zypper", "rpm"];
const REMOVALS: [&str; 5] = ["remove", "purge", "erase", "rm", "-e"];
/// What removes an update of Windows.
const UPDATE_REMOVALS: [&str; 5] = [
    "/uninstall",
    "remove-windowspackage",
    "wuuninstall",
    "remove-windowsupdate",
    "uninstall-windowsupdate",
];

/// What a script does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScriptEffect {
    pub(crate) reboots: bool,
    /// Packages of Linux by name, and updates of Windows by number (`KB5030000`).
    pub(crate) removed: BTreeSet<String>,
}

impl ScriptEffect {
    pub(crate) fn of<'a>(commands: impl IntoIterator<Item = &'a str>) -> Self {
        let mut effect = Self::default();
        let lines = commands
            .into_iter()
            .flat_map(|text| text.split(['\n', ';', '&', '|']));
        for line in lines {
            let lower = line.to_lowercase();
            effect.reboots |= REBOOTS.iter().any(|word| lower.contains(word));
            effect.removed.extend(removed_packages(line));
            if UPDATE_REMOVALS.iter().any(|word| lower.contains(word)) {
                effect.removed.extend(update_numbers(&lower));
            }
        }
        effect
    }

    /// What the script prints, which says how little of it has run.
    pub(crate) fn output(&self) -> String {
        let removed = self.removed.iter().map(|name| format!("removed {name}"));
        let mut lines: Vec<String> = removed.collect();
        if self.reboots {
            lines.push("rebooting".to_owned());
        }
        if lines.is_empty() {
            lines.push("simulated: no other command than reboots and removals runs".to_owned());
        }
        lines.join("\n")
    }

    /// Whether the script removes a patch, which is named with or without its architecture.
    pub(crate) fn removes(&self, patch_id: &str) -> bool {
        let package = patch_id.strip_suffix(".x86_64").unwrap_or(patch_id);
        self.removed.contains(patch_id) || self.removed.contains(package)
    }
}

/// The words after `yum remove` and the like. Options among them are no packages.
fn removed_packages(line: &str) -> Vec<String> {
    let words: Vec<&str> = line
        .split_whitespace()
        .map(|word| word.trim_matches(['\'', '"']))
        .collect();
    let manager = words.iter().position(|word| {
        let program = word.rsplit('/').next().unwrap_or(word);
        PACKAGE_MANAGERS.contains(&program)
    });
    let Some(manager) = manager else {
        return Vec::new();
    };
    let after = &words[manager + 1..];
    match after.iter().position(|word| REMOVALS.contains(word)) {
        Some(removal) => after[removal + 1..]
            .iter()
            .filter(|word| !word.starts_with('-'))
            .map(|word| (*word).to_owned())
            .collect(),
        None => Vec::new(),
    }
}

/// The numbers after each `kb` or `kb:` of a line in lower case.
fn update_numbers(line: &str) -> Vec<String> {
    line.split("kb")
        .skip(1)
        .map(|rest| rest.trim_start_matches(':'))
        .map(|rest| {
            let end = rest.find(|letter: char| !letter.is_ascii_digit());
            &rest[..end.unwrap_or(rest.len())]
        })
        .filter(|digits| !digits.is_empty())
        .map(|digits| format!("KB{digits}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::ScriptEffect;

    fn removed(command: &str) -> Vec<String> {
        ScriptEffect::of([command]).removed.into_iter().collect()
    }

    #[test]
    fn packages_are_removed_in_the_words_of_every_package_manager() {
        assert_eq!(
            removed("sudo yum remove -y bind-libs.x86_64"),
            ["bind-libs.x86_64"]
        );
        assert_eq!(removed("/usr/bin/dnf -y remove a 'b'"), ["a", "b"]);
        assert_eq!(
            removed("apt-get update && apt-get purge --yes curl"),
            ["curl"]
        );
        assert_eq!(removed("zypper --non-interactive remove nss"), ["nss"]);
        assert!(removed("yum install -y curl").is_empty());
        assert!(removed("echo remove curl").is_empty());
    }

    #[test]
    fn updates_are_removed_in_the_words_of_windows() {
        assert_eq!(
            removed("wusa.exe /uninstall /kb:5032100 /quiet /norestart"),
            ["KB5032100"]
        );
        assert_eq!(
            removed("Remove-WindowsUpdate -KBArticleID KB5032107"),
            ["KB5032107"]
        );
        assert!(removed("Get-HotFix -Id KB5032100").is_empty());
    }

    #[test]
    fn reboots_are_told_from_other_commands() {
        for command in [
            "sudo shutdown -r +1",
            "Restart-Computer -Force",
            "systemctl reboot",
        ] {
            assert!(ScriptEffect::of([command]).reboots, "{command}");
        }
        assert!(!ScriptEffect::of(["shutdown -h now", "uptime"]).reboots);
    }
}

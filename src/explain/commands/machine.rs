//! Commands that reboot an instance or remove software from it.

use super::aws::{AwsCommand, Place};
use super::patching::run_on_instance;
use super::quote::quoted;
use crate::explain::platform::{PackageManager, Platform};

const SHELL_DOCUMENT: &str = "AWS-RunShellScript";
const POWERSHELL_DOCUMENT: &str = "AWS-RunPowerShellScript";

/// The architectures that AWS appends to the names of packages, which apt does not understand.
const ARCHITECTURES: [&str; 7] = [
    ".x86_64", ".aarch64", ".noarch", ".i686", ".amd64", ".arm64", ".all",
];

/// Reboots the instance: an EC2 instance from outside, any other from within.
pub(in crate::explain) fn reboot(place: Place<'_>, platform: Platform) -> Vec<String> {
    if place.instance_id.starts_with("i-") {
        let command = AwsCommand::ec2("reboot-instances", place.region);
        return vec![command.option("instance-ids", place.instance_id).line()];
    }
    // Both leave the agent a minute to report that the command has ended.
    match platform {
        Platform::Windows => run_on_instance(place, POWERSHELL_DOCUMENT, "shutdown /r /t 60"),
        _ => run_on_instance(place, SHELL_DOCUMENT, "shutdown -r +1"),
    }
}

/// Removes packages with the platform's package manager.
pub(in crate::explain) fn remove_packages(
    place: Place<'_>,
    manager: PackageManager,
    packages: &[&str],
) -> Vec<String> {
    run_on_instance(place, SHELL_DOCUMENT, &removal(manager, packages))
}

/// The command line that removes packages, for the instance's own shell.
fn removal(manager: PackageManager, packages: &[&str]) -> String {
    let names = packages.iter().map(|id| quoted(package_name(manager, id)));
    let names = names.collect::<Vec<_>>().join(" ");
    let command = match manager {
        PackageManager::Apt => "apt-get -y remove",
        PackageManager::Dnf => "dnf -y remove",
        PackageManager::Yum => "yum -y remove",
        PackageManager::Zypper => "zypper --non-interactive remove",
    };
    // A name that begins with a dash would be taken for an option.
    let end = if packages.iter().any(|id| id.starts_with('-')) {
        " --"
    } else {
        ""
    };
    format!("{command}{end} {names}")
}

/// Removes updates of Windows, of which `knowledge_base` has the numbers.
pub(in crate::explain) fn remove_updates(place: Place<'_>, knowledge_base: &[&str]) -> Vec<String> {
    // wusa returns at once unless its output goes somewhere, and takes one update at a time.
    let removals = knowledge_base
        .iter()
        .map(|number| format!("wusa /uninstall /kb:{number} /quiet /norestart | Out-Null"));
    let script = removals.collect::<Vec<_>>().join("; ");
    run_on_instance(place, POWERSHELL_DOCUMENT, &script)
}

fn package_name(manager: PackageManager, id: &str) -> &str {
    if manager != PackageManager::Apt {
        return id;
    }
    let without = ARCHITECTURES.iter().find_map(|end| id.strip_suffix(end));
    without.unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_named_as_their_manager_names_them_and_quoted() {
        let packages = ["bash.x86_64", "x; reboot"];
        assert_eq!(
            removal(PackageManager::Apt, &packages),
            "apt-get -y remove bash 'x; reboot'"
        );
        assert_eq!(
            removal(PackageManager::Yum, &packages),
            "yum -y remove bash.x86_64 'x; reboot'"
        );
        assert_eq!(
            removal(PackageManager::Dnf, &["--installroot=/"]),
            "dnf -y remove -- '--installroot=/'"
        );
    }
}

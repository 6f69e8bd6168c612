//! Where the logs are on an instance, after AWS's article.

use super::case::Case;
use super::moment;
use super::platform::Platform;

const LINUX_AGENT_LOG: &str = "/var/log/amazon/ssm/amazon-ssm-agent.log";
const WINDOWS_AGENT_LOG: &str = r"%PROGRAMDATA%\Amazon\SSM\Logs\amazon-ssm-agent.log";

/// The log of the agent.
pub(super) fn agent_log(platform: Platform) -> Vec<String> {
    let logs: &[&str] = match platform {
        Platform::Windows => &[WINDOWS_AGENT_LOG],
        Platform::Linux(_) | Platform::MacOs => &[LINUX_AGENT_LOG],
        Platform::Unknown => &[LINUX_AGENT_LOG, WINDOWS_AGENT_LOG],
    };
    logs.iter().copied().map(str::to_owned).collect()
}

/// The log of the agent, and the folder in which the steps of a command wrote their output.
pub(super) fn of_command(case: Case<'_>, command_id: &str) -> Vec<String> {
    let mut paths = agent_log(case.platform());
    if !command_id.is_empty() {
        paths.extend(orchestration(case, command_id));
    }
    paths
}

/// As [`of_command`], and on Windows the log of the patch operation.
pub(super) fn of_patch_command(case: Case<'_>, command_id: &str) -> Vec<String> {
    let mut paths = of_command(case, command_id);
    if matches!(case.platform(), Platform::Windows | Platform::Unknown) {
        paths.push(patch_operation_log(case));
    }
    paths
}

fn orchestration(case: Case<'_>, command_id: &str) -> Vec<String> {
    let id = case.id();
    let linux = format!("/var/lib/amazon/ssm/{id}/document/orchestration/{command_id}");
    let windows =
        format!(r"%PROGRAMDATA%\Amazon\SSM\InstanceData\{id}\document\orchestration\{command_id}");
    match case.platform() {
        Platform::Windows => vec![windows],
        Platform::Linux(_) | Platform::MacOs => vec![linux],
        Platform::Unknown => vec![linux, windows],
    }
}

fn patch_operation_log(case: Case<'_>) -> String {
    let end = case.patch_state().and_then(|row| row.operation_end);
    let day = end.map_or_else(|| "<date>".to_owned(), moment::date);
    let file = format!("Install-PatchBaselineOperation-{day}");
    format!(r"%PROGRAMDATA%\Amazon\PatchBaselineOperations\Logs\{file}*.log")
}

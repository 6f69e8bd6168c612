//! What documents of associations print when they succeed or fail.

use super::documents::{PATCH_ASSOCIATION_DOCUMENT, short_name};
use super::invocation::Outcome;

/// Why a document fails.
struct Failure {
    document: &'static str,
    exit_code: i32,
    linux: &'static str,
    windows: &'static str,
}

const FAILURES: [Failure; 4] = [
    Failure {
        document: "AWS-GatherSoftwareInventory",
        exit_code: 1,
        linux: "Failed to gather inventory data: gatherer AWS:Application: exit status 1: \
                error: rpmdb: BDB0113 Thread/process failed: BDB1507 Thread died in Berkeley DB \
                library\nerror: cannot open Packages database in /var/lib/rpm",
        windows: "Failed to gather inventory data: gatherer AWS:WindowsUpdate: \
                  Get-HotFix : The RPC server is unavailable. (Exception from HRESULT: 0x800706BA)",
    },
    Failure {
        document: PATCH_ASSOCIATION_DOCUMENT,
        exit_code: 1,
        linux: "Loaded plugins: priorities, update-motd\nError: Failed to download metadata for \
                repo 'amazonlinux': Cannot download repomd.xml: Cannot download \
                repodata/repomd.xml: All mirrors were tried\nfailed to run commands: exit status 1",
        windows: "Searching for updates failed: Exception from HRESULT: 0x80072EE2 (the operation \
                  timed out): http://wsus.example.com:8530 cannot be reached\nfailed to run \
                  commands: exit status 1",
    },
    Failure {
        document: "AWS-ConfigureAWSPackage",
        exit_code: 1,
        linux: "Initiating arn:aws:ssm:::package/AmazonCloudWatchAgent 1.300049.1 install\nfailed \
                to download installation package reliably: status code 403: Access Denied\nFailed \
                to install package; install status Failed",
        windows: "Initiating arn:aws:ssm:::package/AmazonCloudWatchAgent 1.300049.1 install\nfailed \
                  to download installation package reliably: status code 403: Access Denied\nFailed \
                  to install package; install status Failed",
    },
    Failure {
        document: "Company-Hardening",
        exit_code: 2,
        linux: "applying profile level-2-server\n_script.sh: line 12: /etc/ssh/sshd_config.new: No \
                space left on device\nfailed to run commands: exit status 2",
        windows: "applying profile level-2-server\nsecedit : There is not enough space on the \
                  disk.\nfailed to run commands: exit status 2",
    },
];

/// How the run of an association's document ended, given its status on the instance. What is
/// pending has not run.
pub(crate) fn association_outcome(
    document: &str,
    status: &str,
    platform_type: &str,
) -> Option<Outcome> {
    match status {
        "Failed" => Some(failed(document, platform_type)),
        "TimedOut" => Some(Outcome::TimedOut),
        "Pending" => None,
        _ => Some(Outcome::Success {
            output: format!("{} succeeded", short_name(document)),
        }),
    }
}

fn failed(document: &str, platform_type: &str) -> Outcome {
    let short_name = short_name(document);
    let failure = FAILURES
        .iter()
        .find(|failure| failure.document == short_name);
    let (exit_code, output) = match failure {
        Some(failure) if platform_type == "Windows" => (failure.exit_code, failure.windows),
        Some(failure) => (failure.exit_code, failure.linux),
        None => (1, "failed to run commands: exit status 1"),
    };
    Outcome::Failed {
        exit_code,
        output: output.to_owned(),
    }
}

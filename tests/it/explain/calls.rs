//! Each cause costs few calls, and one instance little time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ssm_simulator::{Options, ResourceTruth};

use super::reading::{Calls, REGION, evidence, inspector};
use crate::support::{Aws, OWN, text};

/// The causes whose calls are counted here: what is wrong, and what `docs/explain.md` calls it.
const DOCUMENTED: [(&str, &str); 12] = [
    ("Patch Failed", "patches_failed"),
    ("Patch Missing", "patches_missing"),
    ("Patch InstalledPendingReboot", "reboot_pending"),
    ("Patch InstalledRejected", "patches_rejected"),
    (
        "Patch AvailableSecurityUpdate",
        "security_updates_available",
    ),
    (
        "Association AWS-GatherSoftwareInventory",
        "inventory_failed",
    ),
    (
        "Association AWS-RunPatchBaselineAssociation",
        "patch_association_noncompliant",
    ),
    ("Association AWS-UpdateSSMAgent", "association_failed"),
    ("Custom:Antivirus", "custom_items"),
    ("Patch by hand", "unexplained"),
    ("gone", "terminated"),
    ("unknown", "not_managed"),
];

/// The number of calls that the document gives for a cause.
fn documented(cause: &str) -> String {
    let document = text("docs/explain.md");
    let start = format!("| `{cause}` |");
    let row = document
        .lines()
        .find(|line| line.starts_with(&start))
        .unwrap();
    row.trim_end_matches([' ', '|'])
        .rsplit('|')
        .next()
        .unwrap()
        .trim()
        .to_owned()
}

/// The most calls that any single cause may take.
const MAX_CALLS: usize = 8;

/// What is wrong with an instance, in the words of AWS.
fn causes(truth: &ResourceTruth) -> BTreeSet<String> {
    let mut causes = BTreeSet::new();
    for item in truth
        .items
        .iter()
        .filter(|row| row.status == "NON_COMPLIANT")
    {
        let key = match item.compliance_type.as_str() {
            "Patch" => "PatchState",
            "Association" => "DocumentName",
            custom => {
                causes.insert(custom.to_owned());
                continue;
            }
        };
        let what = item.details.get(key).map_or("by hand", String::as_str);
        let what = what.rsplit('/').next().unwrap();
        causes.insert(format!("{} {what}", item.compliance_type));
    }
    causes
}

#[tokio::test(flavor = "multi_thread")]
async fn no_single_cause_takes_more_than_eight_calls() {
    let aws = Aws::of(400).await;
    let calls: Arc<Calls> = Arc::default();
    let mut most: BTreeMap<String, usize> = BTreeMap::new();
    for row in aws.outline(OWN, REGION).instances {
        let id = row.instance_id;
        let causes = causes(&aws.resource(OWN, REGION, &id).unwrap());
        if causes.len() > 1 {
            continue;
        }
        let cause = causes
            .into_iter()
            .next()
            .unwrap_or_else(|| "nothing".to_owned());
        // Each is asked about alone, so that nothing is known from another.
        let inspector = inspector(&aws, 1000.0, Arc::clone(&calls)).await;
        calls.take();
        evidence(&inspector, &id).await;
        let count = calls.take().len();
        let most = most.entry(cause).or_default();
        *most = count.max(*most);
    }
    let ghost = aws.victim(OWN, REGION).unwrap();
    aws.stop(OWN, REGION, &ghost);
    for (what, id) in [("gone", ghost.as_str()), ("unknown", "i-0123456789abcdef0")] {
        let inspector = inspector(&aws, 1000.0, Arc::clone(&calls)).await;
        evidence(&inspector, id).await;
        most.insert(what.to_owned(), calls.take().len());
    }
    println!("{most:#?}");
    for (what, cause) in DOCUMENTED {
        assert!(
            most.contains_key(what),
            "no instance has only {what}: {most:?}"
        );
        assert_eq!(documented(cause), most[what].to_string(), "{cause}");
    }
    let too_many: Vec<_> = most
        .iter()
        .filter(|(_, calls)| **calls > MAX_CALLS)
        .collect();
    assert!(too_many.is_empty(), "{too_many:?}");
    assert!(most["nothing"] <= 5, "{most:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_instance_takes_less_than_a_second_at_the_default_ceiling() {
    let aws = Aws::start(Options {
        instances: 60,
        latency: Duration::from_millis(20),
        noncompliant: 1.0,
        ..Options::default()
    })
    .await;
    let mut times = Vec::new();
    for row in aws.outline(OWN, REGION).instances.iter().take(15) {
        let start = Instant::now();
        let inspector = inspector(&aws, 5.0, Arc::default()).await;
        evidence(&inspector, &row.instance_id).await;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    println!("{times:?}");
    let median = times[times.len() / 2];
    assert!(median < Duration::from_secs(1), "{times:?}");
}

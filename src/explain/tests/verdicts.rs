//! When an instance is called compliant, and when not.

use super::cases::BRANCHES;
use super::causes::explained;
use super::evidence::{days_ago, denied, healthy, hours_ago, summary};
use crate::explain::{Context, Evidence, Read, Verdict, explain};
use crate::model::Operation;

fn verdict(change: impl Fn(&mut Evidence)) -> Verdict {
    let mut evidence = healthy();
    change(&mut evidence);
    explain(&evidence, &Context { now: hours_ago(0) }).verdict
}

#[test]
fn a_healthy_instance_is_compliant() {
    assert_eq!(verdict(|_| {}), Verdict::Compliant);
}

#[test]
fn whatever_could_say_otherwise_and_was_not_read_makes_it_unknown() {
    let unread: [fn(&mut Evidence); 7] = [
        |it| it.listing = denied(Operation::DescribeInstanceInformation),
        |it| it.listing = Read::Unasked,
        |it| it.summaries = denied(Operation::ListResourceComplianceSummaries),
        |it| it.summaries = Read::Unasked,
        |it| it.items = denied(Operation::ListComplianceItems),
        |it| it.patch_state = denied(Operation::DescribeInstancePatchStates),
        |it| it.associations = denied(Operation::DescribeInstanceAssociationsStatus),
    ];
    for change in unread {
        assert_eq!(verdict(change), Verdict::Unknown);
    }
}

#[test]
fn no_summary_or_one_with_an_odd_status_says_nothing() {
    assert_eq!(
        verdict(|it| it.summaries = Read::Done(Vec::new())),
        Verdict::Unknown
    );
    let odd = |it: &mut Evidence| {
        it.summaries = Read::Done(vec![
            summary("Patch", "COMPLIANT", 0),
            summary("Association", "UNSPECIFIED_DATA", 0),
        ]);
    };
    assert_eq!(verdict(odd), Verdict::Unknown);
}

#[test]
fn a_scan_of_more_than_30_days_ago_proves_nothing() {
    let scanned = |days| {
        verdict(move |it| {
            if let Read::Done(Some(row)) = &mut it.patch_state {
                row.operation_end = days_ago(days);
            }
            if let Read::Done(rows) = &mut it.summaries {
                for row in rows.iter_mut() {
                    row.execution_time = days_ago(days);
                }
            }
        })
    };
    assert_eq!(scanned(30), Verdict::Compliant);
    assert_eq!(scanned(31), Verdict::Unknown);
}

#[test]
fn what_is_proven_stays_so_whatever_was_not_read() {
    assert_eq!(explained("access_denied").verdict, Verdict::NonCompliant);
    let proven_by_items = |it: &mut Evidence| {
        it.summaries = denied(Operation::ListResourceComplianceSummaries);
        super::evidence::push_items(it, vec![super::evidence::item("Custom:X", "a", "b")]);
    };
    assert_eq!(verdict(proven_by_items), Verdict::NonCompliant);
}

#[test]
fn findings_that_make_it_noncompliant_and_the_verdict_agree() {
    for branch in BRANCHES {
        let explanation = explained(branch.name);
        let mut effects = explanation.findings.iter().map(|it| it.effect.as_str());
        assert_eq!(
            effects.any(|effect| effect == "noncompliant"),
            explanation.verdict == Verdict::NonCompliant,
            "{}",
            branch.name
        );
    }
}

#[test]
fn what_cannot_be_known_is_unknown_and_what_is_doubtful_is_said() {
    for name in ["not_managed", "never_scanned"] {
        assert_eq!(explained(name).verdict, Verdict::Unknown, "{name}");
    }
    for name in [
        "scan_stale",
        "baseline_changed",
        "not_scanned_since_install",
        "patch_policy",
        "reported_by_association_only",
        "unsupported_platform",
    ] {
        let explanation = explained(name);
        assert_eq!(explanation.verdict, Verdict::Compliant, "{name}");
        assert!(!explanation.findings.is_empty(), "{name}");
    }
}

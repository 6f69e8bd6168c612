//! Why a resource is non-compliant: every reason, and when it holds.

use super::*;

const BAD: &str = "NON_COMPLIANT";

/// Returns an instance with a non-compliant Patch summary of so many items, and these patch counts.
fn patched(items: i64, counts: [i64; 8]) -> Bench {
    let mut bench = Bench::new();
    bench.list(&[listed("i-1")], Duration::ZERO);
    let noncompliant = ItemCounts {
        total: items,
        ..<_>::default()
    };
    bench.summarise(&[SummaryRow {
        noncompliant,
        ..summary("i-1", PATCH, BAD)
    }]);
    bench.scan("i-1", Some(&patches(counts)), Duration::ZERO);
    bench
}

/// Returns an instance with a non-compliant Association summary, and an item for each of these
/// documents.
fn associated(documents: &[&str]) -> Bench {
    let mut bench = Bench::new();
    bench.list(&[listed("i-1")], Duration::ZERO);
    bench.summarise(&[summary("i-1", ASSOCIATION, BAD)]);
    let items: Vec<_> = documents
        .iter()
        .map(|document| item(&format!("of {document}"), document))
        .collect();
    bench.items("i-1", &items, Duration::ZERO);
    bench
}

#[test]
fn each_count_of_noncompliant_patches_is_a_reason_of_its_own() {
    let noncompliance_reasons = |counts| patched(1, counts).noncompliance_reasons("i-1", PATCH);
    assert_eq!(
        noncompliance_reasons([1, 0, 0, 0, 9, 9, 9, 0]),
        ["patches_missing"]
    );
    assert_eq!(
        noncompliance_reasons([0, 1, 0, 0, 9, 9, 9, 0]),
        ["patches_failed"]
    );
    assert_eq!(
        noncompliance_reasons([0, 0, 1, 0, 9, 9, 9, 0]),
        ["reboot_pending"]
    );
    assert_eq!(
        noncompliance_reasons([0, 0, 0, 1, 9, 9, 9, 0]),
        ["patches_rejected"]
    );
    assert_eq!(
        noncompliance_reasons([0, 0, 0, 0, 9, 9, 9, 0]),
        ["unexplained"]
    );
}

#[test]
fn several_reasons_hold_at_once_in_the_order_of_the_article() {
    let all = [
        "patches_missing",
        "patches_failed",
        "reboot_pending",
        "patches_rejected",
    ];
    assert_eq!(
        patched(4, [1, 1, 1, 1, 0, 0, 0, 0]).noncompliance_reasons("i-1", PATCH),
        all
    );
    let noncompliance_reasons =
        patched(5, [1, 1, 1, 1, 0, 0, 0, 1]).noncompliance_reasons("i-1", PATCH);
    assert_eq!(
        noncompliance_reasons,
        [&all[..], &["security_updates_available"]].concat()
    );
}

#[test]
fn available_security_updates_are_a_reason_only_where_the_summary_counts_more_than_the_other_four()
{
    let noncompliance_reasons = |items, available| {
        patched(items, [1, 0, 2, 0, 5, 5, 5, available]).noncompliance_reasons("i-1", PATCH)
    };
    assert_eq!(
        noncompliance_reasons(3, 4),
        ["patches_missing", "reboot_pending"]
    );
    assert_eq!(
        noncompliance_reasons(4, 4),
        [
            "patches_missing",
            "reboot_pending",
            "security_updates_available"
        ]
    );
    assert_eq!(
        noncompliance_reasons(4, 0),
        ["patches_missing", "reboot_pending"]
    );
    assert_eq!(
        patched(1, [0, 0, 0, 0, 0, 0, 0, 1]).noncompliance_reasons("i-1", PATCH),
        ["security_updates_available"]
    );
    assert_eq!(
        patched(0, [0, 0, 0, 0, 0, 0, 0, 1]).noncompliance_reasons("i-1", PATCH),
        ["unexplained"]
    );
}

#[test]
fn negative_and_huge_counts_neither_explain_nor_overflow() {
    assert_eq!(
        patched(1, [-1, -1, -1, -1, 0, 0, 0, -1]).noncompliance_reasons("i-1", PATCH),
        ["unexplained"]
    );
    let most = i64::from(i32::MAX);
    let noncompliance_reasons =
        patched(most, [most, most, most, most, 0, 0, 0, most]).noncompliance_reasons("i-1", PATCH);
    assert!(!noncompliance_reasons.contains(&"security_updates_available"));
}

#[test]
fn an_instance_without_a_patch_state_is_unexplained() {
    let mut bench = patched(1, [1, 0, 0, 0, 0, 0, 0, 0]);
    bench.scan("i-1", None, Duration::ZERO);
    assert_eq!(bench.noncompliance_reasons("i-1", PATCH), ["unexplained"]);
}

#[test]
fn documents_are_told_apart_by_name_or_by_the_end_of_their_arn() {
    let arn = |name: &str| format!("arn:aws:ssm:eu-west-1:111122223333:document/{name}");
    for (document, reason) in [
        ("AWS-GatherSoftwareInventory", "inventory_failed"),
        (
            "AWS-RunPatchBaselineAssociation",
            "patch_association_noncompliant",
        ),
        ("AWS-RunPatchBaseline", "association_failed"),
        ("My-AWS-GatherSoftwareInventory", "association_failed"),
        ("", "association_failed"),
    ] {
        assert_eq!(
            associated(&[document]).noncompliance_reasons("i-1", ASSOCIATION),
            [reason],
            "{document}"
        );
        assert_eq!(
            associated(&[&arn(document)]).noncompliance_reasons("i-1", ASSOCIATION),
            [reason],
            "{document} by ARN"
        );
    }
}

#[test]
fn each_reason_of_several_associations_is_named_once_and_in_order() {
    let documents = [
        "Z",
        "AWS-RunPatchBaselineAssociation",
        "A",
        "AWS-GatherSoftwareInventory",
        "M",
    ];
    let expected = [
        "inventory_failed",
        "patch_association_noncompliant",
        "association_failed",
    ];
    assert_eq!(
        associated(&documents).noncompliance_reasons("i-1", ASSOCIATION),
        expected
    );
}

#[test]
fn items_that_are_not_noncompliant_explain_nothing() {
    let mut bench = associated(&[]);
    for status in ["COMPLIANT", "", "UNSPECIFIED_DATA"] {
        bench.items(
            "i-1",
            &[ItemRow {
                status: status.into(),
                ..item("a", "Mine")
            }],
            Duration::ZERO,
        );
        assert_eq!(
            bench.noncompliance_reasons("i-1", ASSOCIATION),
            ["unexplained"],
            "{status}"
        );
    }
}

#[test]
fn nothing_is_unexplained_before_its_details_are_read_in_the_summarys_refresh_or_after() {
    for compliance_type in [PATCH, ASSOCIATION] {
        let mut bench = Bench::new();
        bench.list(&[listed("i-1")], Duration::ZERO);
        bench.summarise(&[summary("i-1", compliance_type, BAD)]);
        assert_eq!(
            bench.noncompliance_reasons("i-1", compliance_type),
            [""; 0],
            "{compliance_type}: nobody asked"
        );
        bench.scan("i-1", None, Duration::ZERO);
        bench.items("i-1", &[], Duration::ZERO);
        assert_eq!(
            bench.noncompliance_reasons("i-1", compliance_type),
            ["unexplained"],
            "{compliance_type}: in the same refresh"
        );
        bench.next_refresh();
        bench.summarise_in(2, &[summary("i-1", compliance_type, BAD)]);
        assert_eq!(
            bench.noncompliance_reasons("i-1", compliance_type),
            [""; 0],
            "{compliance_type}: the details are older"
        );
        bench.next_refresh();
        bench.scan("i-1", None, Duration::ZERO);
        bench.items("i-1", &[], Duration::ZERO);
        assert_eq!(
            bench.noncompliance_reasons("i-1", compliance_type),
            ["unexplained"],
            "{compliance_type}: in a later refresh"
        );
    }
}

#[test]
fn older_details_still_explain_what_they_can() {
    let mut bench = patched(1, [1, 0, 0, 0, 0, 0, 0, 0]);
    bench.next_refresh();
    bench.summarise_in(2, &[summary("i-1", PATCH, BAD)]);
    assert_eq!(
        bench.noncompliance_reasons("i-1", PATCH),
        ["patches_missing"]
    );
}

#[test]
fn custom_types_have_custom_items_and_types_that_nobody_knows_are_unexplained() {
    let mut bench = Bench::new();
    bench.summarise(
        &["Custom:Virus", "Custom:", "NewType", "custom:x"]
            .map(|compliance_type| summary("i-1", compliance_type, BAD)),
    );
    assert_eq!(
        bench.noncompliance_reasons("i-1", "Custom:Virus"),
        ["custom_items"]
    );
    assert_eq!(
        bench.noncompliance_reasons("i-1", "Custom:"),
        ["custom_items"]
    );
    assert_eq!(
        bench.noncompliance_reasons("i-1", "NewType"),
        ["unexplained"]
    );
    assert_eq!(
        bench.noncompliance_reasons("i-1", "custom:x"),
        ["unexplained"]
    );
}

#[test]
fn whatever_is_not_noncompliant_has_no_reason() {
    for status in ["COMPLIANT", "", "PENDING", "non_compliant"] {
        let mut bench = patched(1, [1, 1, 1, 1, 1, 1, 1, 1]);
        bench.items("i-1", &[item("a", "Mine")], Duration::ZERO);
        let rows = [PATCH, ASSOCIATION, "Custom:A", "New"]
            .map(|compliance_type| summary("i-1", compliance_type, status));
        bench.summarise(&rows);
        for row in rows {
            assert_eq!(
                bench.noncompliance_reasons("i-1", &row.compliance_type),
                [""; 0],
                "{status} {}",
                row.compliance_type
            );
        }
    }
}

#[test]
fn each_compliance_type_lists_its_own_reasons_in_order() {
    let names = |noncompliance_reasons: &[NoncomplianceReason]| {
        noncompliance_reasons
            .iter()
            .map(|reason| reason.as_str())
            .collect::<Vec<_>>()
    };
    let patch = [
        "patches_missing",
        "patches_failed",
        "reboot_pending",
        "patches_rejected",
    ];
    assert_eq!(
        names(&NoncomplianceReason::PATCH),
        [&patch[..], &["security_updates_available", "unexplained"]].concat()
    );
    let association = [
        "inventory_failed",
        "patch_association_noncompliant",
        "association_failed",
        "unexplained",
    ];
    assert_eq!(names(&NoncomplianceReason::ASSOCIATION), association);
}

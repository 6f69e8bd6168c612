//! What stands at the top.

use super::causes::explained;

#[test]
fn of_several_findings_the_one_to_act_on_first_is_at_the_top() {
    let explanation = explained("several_at_once");
    let findings = explanation.findings.iter();
    let causes: Vec<&str> = findings.map(|finding| finding.cause.as_str()).collect();
    assert_eq!(
        causes,
        [
            "patches_failed",
            "patches_missing",
            "reboot_pending",
            "inventory_failed",
            "custom_items"
        ]
    );
}

#[test]
fn the_worst_instance_has_the_greatest_rank() {
    let mut explanations = [
        explained("custom_items"),
        explained("compliant"),
        explained("several_at_once"),
        explained("never_scanned"),
    ];
    explanations.sort_by_key(|explanation| std::cmp::Reverse(explanation.rank()));
    let verdicts: Vec<&str> = explanations.iter().map(|it| it.verdict.as_str()).collect();
    assert_eq!(
        verdicts,
        ["NON_COMPLIANT", "NON_COMPLIANT", "UNKNOWN", "COMPLIANT"]
    );
    assert_eq!(explanations[0].findings.len(), 5);
}

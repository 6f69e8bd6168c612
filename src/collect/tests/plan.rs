//! Which collectors the configured compliance types switch on and off.

use super::bench::Bench;
use super::script::Step;
use super::scripted_target::{ScriptedTarget, id};
use super::*;
use crate::model::{Collector, FailureReason, Selection};

fn only(types: &'static [&'static str], has_other_types: bool) -> Selection {
    Selection::of_types(move |name| types.contains(&name), has_other_types)
}

fn scripted_target() -> ScriptedTarget {
    let mut scripted = ScriptedTarget::fleet(3);
    scripted.fail_association(&id(1));
    scripted.set(&id(2), "Custom:A", false);
    scripted.set(&id(2), "Custom:B", false);
    scripted.settle();
    scripted
}

async fn read(selection: Selection) -> Bench {
    let bench = Bench::with_selection(scripted_target(), selection);
    bench.refresh().await;
    assert_eq!(bench.failures(), []);
    bench
}

fn collectors(bench: &Bench) -> Vec<&'static str> {
    bench.results().into_keys().collect()
}

#[tokio::test(start_paused = true)]
async fn without_patch_no_patch_state_and_no_baseline_is_asked_for() {
    let bench = read(only(&[ASSOCIATION], false)).await;
    assert_eq!(
        collectors(&bench),
        [
            "associations",
            "compliance",
            "compliance_totals",
            "instances",
            "items"
        ]
    );
    assert_eq!(
        bench.script.calls(Operation::DescribeInstancePatchStates),
        []
    );
    assert_eq!(bench.script.calls(Operation::DescribePatchBaselines), []);
    assert!(
        bench
            .known()
            .values()
            .all(|known| known.missing.is_none() && !known.summaries.contains_key(PATCH))
    );
}

#[tokio::test(start_paused = true)]
async fn without_association_no_association_and_no_item_is_asked_for() {
    let bench = read(only(&[PATCH], false)).await;
    assert_eq!(
        collectors(&bench),
        [
            "baselines",
            "compliance",
            "compliance_totals",
            "instances",
            "patches"
        ]
    );
    assert_eq!(bench.script.calls(Operation::ListAssociations), []);
    assert_eq!(bench.script.calls(Operation::ListComplianceItems), []);
    assert!(
        bench
            .known()
            .values()
            .all(|known| known.items.is_none() && !known.summaries.contains_key(ASSOCIATION))
    );
}

#[tokio::test(start_paused = true)]
async fn only_wanted_types_are_asked_for_and_kept() {
    let bench = read(only(&[PATCH, "Custom:B"], true)).await;
    assert_eq!(
        bench
            .script
            .asked_about(Operation::ListResourceComplianceSummaries),
        ["Custom:B", PATCH]
    );
    let types: Vec<_> = bench.known()[&id(2)].summaries.keys().cloned().collect();
    assert_eq!(types, ["Custom:B", PATCH]);
    let totals: Vec<_> = bench.target(|t| {
        t.totals()
            .iter()
            .map(|total| total.compliance_type.to_string())
            .collect()
    });
    assert_eq!(totals, ["Custom:B", PATCH]);
}

#[tokio::test(start_paused = true)]
async fn unwanted_types_are_not_kept_where_one_chain_reads_them_all() {
    let bench = Bench::with_selection(scripted_target(), only(&[PATCH, "Custom:B"], true));
    bench.script.rule(|call| match call.operation {
        Operation::ListComplianceSummaries => Step::Fail(FailureReason::Other, FailureScope::Call),
        _ => Step::Answer,
    });
    bench.refresh().await;
    let types: Vec<_> = bench.known()[&id(2)].summaries.keys().cloned().collect();
    assert_eq!(types, ["Custom:B", PATCH]);
}

#[tokio::test(start_paused = true)]
async fn without_any_wanted_type_instances_are_read_all_the_same() {
    let bench = read(only(&[], true)).await;
    assert_eq!(
        collectors(&bench),
        ["compliance", "compliance_totals", "instances"]
    );
    assert_eq!(
        bench
            .script
            .calls(Operation::ListResourceComplianceSummaries),
        []
    );
    assert_eq!(bench.known().len(), 3);
    assert!(bench.target(|target| target.has(Collector::Compliance)));
}

//! After good refreshes the state is what AWS has, whatever happened before.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::bench::Bench;
use super::script::Step;
use super::scripted_target::{Known, ScriptedTarget, id};
use super::*;
use crate::model::FailureReason;

/// A resource that AWS may have, and what AWS has of it.
#[derive(Clone, Debug)]
struct Resource {
    number: usize,
    listed: bool,
    patch: Option<bool>,
    association: Option<bool>,
    custom: Option<bool>,
    missing: Option<i64>,
}

/// Says how one call of a refresh goes.
type Fault = (Operation, usize, Step);

fn scripted_targets() -> impl Strategy<Value = ScriptedTarget> {
    let resource = (
        0_usize..140,
        any::<bool>(),
        any::<[Option<bool>; 3]>(),
        prop::option::of(0_i64..9),
    )
        .prop_map(
            |(number, listed, [patch, association, custom], missing)| Resource {
                number,
                listed,
                patch,
                association,
                custom,
                missing,
            },
        );
    prop::collection::vec(resource, 0..120).prop_map(|resources| {
        let mut scripted = ScriptedTarget::default();
        let resources: BTreeMap<usize, Resource> =
            resources.into_iter().map(|one| (one.number, one)).collect();
        for resource in resources.values() {
            add(&mut scripted, resource);
        }
        scripted.settle();
        scripted
    })
}

fn add(scripted: &mut ScriptedTarget, resource: &Resource) {
    let id = id(resource.number);
    if resource.listed {
        scripted.add(&id);
    }
    scripted.patches.remove(&id);
    // An instance without a summary was never scanned.
    if let (Some(missing), Some(_)) = (resource.missing, resource.patch) {
        scripted.set_missing(&id, missing);
    }
    for (compliance_type, compliant) in [
        (PATCH, resource.patch),
        (ASSOCIATION, resource.association),
        ("Custom:A", resource.custom),
    ] {
        match compliant {
            Some(false) if compliance_type == ASSOCIATION => scripted.fail_association(&id),
            Some(compliant) => scripted.set(&id, compliance_type, compliant),
            None => scripted.unset(&id, compliance_type),
        }
    }
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let step = prop_oneof![
        Just(Step::Hang),
        Just(Step::Fail(FailureReason::Throttled, FailureScope::Call)),
        Just(Step::Fail(
            FailureReason::BadResponse,
            FailureScope::Content
        )),
        Just(Step::Fail(FailureReason::Other, FailureScope::Gone)),
        Just(Step::Next("0".into())),
        Just(Step::Empty("0".into())),
        Just(Step::Skip(1)),
    ];
    prop::collection::vec(
        (
            prop::sample::select(&Operation::OF_REFRESH[..]),
            0_usize..4,
            step,
        ),
        0..5,
    )
}

async fn refresh(bench: &Bench, scripted: &ScriptedTarget, faults: Vec<Fault>, first: bool) {
    bench.script.change(|known| *known = scripted.clone());
    bench.script.state().numbers = Default::default();
    bench.script.rule(move |call| {
        let fault = faults
            .iter()
            .find(|(operation, number, _)| (*operation, *number) == (call.operation, call.number));
        fault.map_or(Step::Answer, |(_, _, step)| step.clone())
    });
    bench.refresh_as(first).await;
    tokio::time::advance(bench::INTERVAL).await;
}

/// Removes what a single good refresh may keep although AWS no longer has it: the summaries of
/// listed instances.
fn without_lost(
    known: BTreeMap<String, Known>,
    expected: &BTreeMap<String, Known>,
) -> BTreeMap<String, Known> {
    let strip = |(id, known): (String, Known)| {
        let there = expected.get(&id);
        let kept = |compliance_type: &str| {
            !known.listed
                || there.is_some_and(|there| there.summaries.contains_key(compliance_type))
        };
        let summaries = known
            .summaries
            .iter()
            .filter(|(compliance_type, _)| kept(compliance_type))
            .map(|(k, v)| (k.clone(), *v))
            .collect();
        let unwell = there.is_some_and(|there| there.summaries.get(ASSOCIATION) == Some(&false));
        let items = known.items.clone().filter(|_| unwell);
        (
            id,
            Known {
                summaries,
                items,
                ..known
            },
        )
    };
    known.into_iter().map(strip).collect()
}

/// Returns the resources of which something else is known than should be.
fn differences(known: &BTreeMap<String, Known>, expected: &BTreeMap<String, Known>) -> Vec<String> {
    let ids: BTreeSet<&String> = known.keys().chain(expected.keys()).collect();
    let different = ids
        .into_iter()
        .filter(|id| known.get(*id) != expected.get(*id));
    different
        .map(|id| {
            format!(
                "{id}: {:?} instead of {:?}",
                known.get(id),
                expected.get(id)
            )
        })
        .collect()
}

/// Says whether AWS lacks most of what was known of more than ten instances. Such a reading is
/// believed only when it is made twice.
fn is_sudden_loss(known: &BTreeMap<String, Known>, expected: &BTreeMap<String, Known>) -> bool {
    let lost_most = |has: &dyn Fn(&Known) -> bool| {
        let had: Vec<&String> = known
            .iter()
            .filter(|(_, one)| one.listed && has(one))
            .map(|(id, _)| id)
            .collect();
        let missing = had
            .iter()
            .filter(|id| !expected.get(**id).is_some_and(has))
            .count();
        had.len() > 10 && missing * 2 > had.len()
    };
    let has_type = |compliance_type: &'static str| {
        move |one: &Known| one.summaries.contains_key(compliance_type)
    };
    lost_most(&|one| one.listed)
        || [PATCH, ASSOCIATION, "Custom:A"]
            .into_iter()
            .any(|compliance_type| lost_most(&has_type(compliance_type)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn after_good_refreshes_the_state_is_what_aws_has_whatever_failed_before(
        before in prop::collection::vec((scripted_targets(), faults()), 0..4),
        scripted in scripted_targets(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        let (known, once, doubts, twice, expected, failures, was_well) = runtime.block_on(async {
            let bench = Bench::new(ScriptedTarget::default());
            // After this the target has been shown, so that later refreshes are taken in as a
            // whole.
            refresh(&bench, &ScriptedTarget::default(), Vec::new(), true).await;
            for (number, (scripted, faults)) in before.into_iter().enumerate() {
                refresh(&bench, &scripted, faults, number == 0).await;
            }
            let (known, was_well) = (bench.known(), bench.failures().is_empty());
            refresh(&bench, &scripted, Vec::new(), false).await;
            let (once, doubts) = (bench.known(), bench.failures());
            refresh(&bench, &scripted, Vec::new(), false).await;
            (known, once, doubts, bench.known(), scripted.known(), bench.failures(), was_well)
        });
        prop_assert_eq!(failures, []);
        if doubts.is_empty() {
            // The refresh before may have said the same already. Then the loss is confirmed.
            prop_assert!(!was_well || !is_sudden_loss(&known, &expected), "a sudden loss was believed at once");
            prop_assert_eq!(differences(&without_lost(once, &expected), &expected), vec![] as Vec<String>);
        } else {
            let only_doubts = doubts.iter().all(|(_, reason)| *reason == "bad_response");
            prop_assert!(only_doubts && is_sudden_loss(&known, &expected), "{:?}", doubts);
        }
        prop_assert_eq!(differences(&twice, &expected), vec![] as Vec<String>);
    }
}

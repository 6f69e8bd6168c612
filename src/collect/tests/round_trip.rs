//! Whatever happened before, after good refreshes the state is the world.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::bench::Bench;
use super::script::Step;
use super::world::{Known, ScriptedTarget, id};
use super::*;
use crate::model::FailureReason;

/// An instance that may be there, and what of it there is.
#[derive(Clone, Debug)]
struct Resource {
    number: usize,
    listed: bool,
    patch: Option<bool>,
    association: Option<bool>,
    custom: Option<bool>,
    missing: Option<i64>,
}

/// How one call of a refresh goes.
type Fault = (Operation, usize, Step);

fn worlds() -> impl Strategy<Value = ScriptedTarget> {
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
        let mut world = ScriptedTarget::default();
        let resources: BTreeMap<usize, Resource> =
            resources.into_iter().map(|one| (one.number, one)).collect();
        for resource in resources.values() {
            add(&mut world, resource);
        }
        world.settle();
        world
    })
}

fn add(world: &mut ScriptedTarget, resource: &Resource) {
    let id = id(resource.number);
    if resource.listed {
        world.add(&id);
    }
    world.patches.remove(&id);
    // Without a summary there was no scan.
    if let (Some(missing), Some(_)) = (resource.missing, resource.patch) {
        world.set_missing(&id, missing);
    }
    for (kind, compliant) in [
        (PATCH, resource.patch),
        (ASSOCIATION, resource.association),
        ("Custom:A", resource.custom),
    ] {
        match compliant {
            Some(false) if kind == ASSOCIATION => world.fail_association(&id),
            Some(compliant) => world.set(&id, kind, compliant),
            None => world.unset(&id, kind),
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
        (prop::sample::select(&Operation::ALL[..]), 0_usize..4, step),
        0..5,
    )
}

async fn refresh(bench: &Bench, world: &ScriptedTarget, faults: Vec<Fault>, first: bool) {
    bench.script.change(|known| *known = world.clone());
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

/// What a single good refresh may leave as it was: summaries of listed instances that were there
/// before.
fn without_lost(
    known: BTreeMap<String, Known>,
    world: &BTreeMap<String, Known>,
) -> BTreeMap<String, Known> {
    let strip = |(id, known): (String, Known)| {
        let there = world.get(&id);
        let kept = |kind: &str| {
            !known.listed || there.is_some_and(|world| world.summaries.contains_key(kind))
        };
        let summaries = known
            .summaries
            .iter()
            .filter(|(kind, _)| kept(kind))
            .map(|(k, v)| (k.clone(), *v))
            .collect();
        let unwell = there.is_some_and(|world| world.summaries.get(ASSOCIATION) == Some(&false));
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

/// The resources of which something else is known than should be.
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

/// Whether the world has lost most of what was known of more than ten instances: such a reading
/// must be made twice.
fn is_sudden_loss(known: &BTreeMap<String, Known>, world: &BTreeMap<String, Known>) -> bool {
    let lost_most = |has: &dyn Fn(&Known) -> bool| {
        let had: Vec<&String> = known
            .iter()
            .filter(|(_, one)| one.listed && has(one))
            .map(|(id, _)| id)
            .collect();
        let missing = had
            .iter()
            .filter(|id| !world.get(**id).is_some_and(has))
            .count();
        had.len() > 10 && missing * 2 > had.len()
    };
    let has_type = |kind: &'static str| move |one: &Known| one.summaries.contains_key(kind);
    lost_most(&|one| one.listed)
        || [PATCH, ASSOCIATION, "Custom:A"]
            .into_iter()
            .any(|kind| lost_most(&has_type(kind)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn after_good_refreshes_the_state_is_the_world_whatever_failed_before(
        before in prop::collection::vec((worlds(), faults()), 0..4),
        world in worlds(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        let (known, once, doubts, twice, expected, failures, was_well) = runtime.block_on(async {
            let bench = Bench::new(ScriptedTarget::default());
            // So that the target has been shown.
            refresh(&bench, &ScriptedTarget::default(), Vec::new(), true).await;
            for (number, (world, faults)) in before.into_iter().enumerate() {
                refresh(&bench, &world, faults, number == 0).await;
            }
            let (known, was_well) = (bench.known(), bench.failures().is_empty());
            refresh(&bench, &world, Vec::new(), false).await;
            let (once, doubts) = (bench.known(), bench.failures());
            refresh(&bench, &world, Vec::new(), false).await;
            (known, once, doubts, bench.known(), world.known(), bench.failures(), was_well)
        });
        prop_assert_eq!(failures, []);
        if doubts.is_empty() {
            // Unless the refresh before had said the same already.
            prop_assert!(!was_well || !is_sudden_loss(&known, &expected), "a sudden loss was believed at once");
            prop_assert_eq!(differences(&without_lost(once, &expected), &expected), vec![] as Vec<String>);
        } else {
            let only_doubts = doubts.iter().all(|(_, reason)| *reason == "bad_response");
            prop_assert!(only_doubts && is_sudden_loss(&known, &expected), "{:?}", doubts);
        }
        prop_assert_eq!(differences(&twice, &expected), vec![] as Vec<String>);
    }
}

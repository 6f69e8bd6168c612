//! When data becomes too old, to the second.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// Fills a target with data of every collector, confirmed at `now`.
fn full(bench: &mut Bench, took: Duration, now: Duration) {
    let mut listings = Listings::default();
    listings.add(id("i-1"), &listed("i-1"), &bench.target.interner());
    bench.end(Collector::Instances, took, now, listings.finish());
    let rows = [
        summary("i-1", PATCH, "NON_COMPLIANT"),
        summary("i-1", ASSOCIATION, "NON_COMPLIANT"),
    ];
    bench.summarise(&rows);
    // Those were confirmed at the start, so they are taken in once more with the right time.
    let (mut summaries, interner) = (Summaries::default(), bench.target.interner());
    for row in &rows {
        summaries.add(id("i-1"), row, &interner, 1);
    }
    bench.end(Collector::Compliance, took, now, summaries.finish());
    let total = TotalsRow {
        compliance_type: PATCH.into(),
        compliant: 1,
        noncompliant: 1,
    };
    bench.end(
        Collector::ComplianceTotals,
        took,
        now,
        Collected::Totals(Totals::from_rows(&[total])),
    );
    bench.scan("i-1", Some(&patches([1; 8])), now);
    let baseline = BaselineRow {
        id: "pb-1".into(),
        ..<_>::default()
    };
    bench.end(
        Collector::Baselines,
        took,
        now,
        Collected::Baselines(Baseline::from_rows(&[baseline])),
    );
    let association = AssociationRow {
        id: "a".into(),
        ..<_>::default()
    };
    bench.end(
        Collector::Associations,
        took,
        now,
        Collected::Associations(Association::from_rows(&[association], &Interner::default())),
    );
    bench.tags(&["Team"], &[("i-1", "shop")], now);
    bench.items("i-1", &[item("a", "Mine")], now);
    bench.patch_items("i-1", &[patch_item("KB1", &[])], now);
}

/// Returns the time a moment earlier.
fn before(time: Duration) -> Duration {
    time.saturating_sub(Duration::from_millis(1))
}

/// Says whether any data of a collector is still there.
fn holds(target: &Target, collector: Collector) -> bool {
    let any = |is: fn(&Instance) -> bool| target.instances().any(is);
    match collector {
        Collector::Instances => any(|i| i.listing.is_some()),
        Collector::Compliance => any(|i| !i.summaries.is_empty()),
        Collector::ComplianceTotals => !target.totals().is_empty(),
        Collector::Patches => any(|i| i.patches.is_some()),
        Collector::Baselines => !target.baselines().is_empty(),
        Collector::Associations => !target.associations().is_empty(),
        Collector::Items => any(|i| i.items.is_some()),
        Collector::PatchDetails => any(|i| i.patch_items.is_some()),
        Collector::Tags => !target.tags().is_empty(),
    }
}

fn held(target: &Target) -> Vec<Collector> {
    Collector::ALL
        .into_iter()
        .filter(|collector| holds(target, *collector))
        .collect()
}

#[test]
fn everything_stays_until_it_is_stale_and_then_goes() {
    let mut bench = Bench::new();
    full(&mut bench, Duration::ZERO, MINUTE);
    assert_eq!(
        bench.expire(before(MINUTE + HOUR)),
        (Some(MINUTE + HOUR), false)
    );
    assert_eq!(held(&bench.target), Collector::ALL);
    let (_, dropped) = bench.expire(MINUTE + HOUR);
    assert!(dropped);
    assert!(
        Collector::ALL
            .into_iter()
            .all(|collector| !bench.target.has(collector))
    );
    bench.expire(MINUTE + HOUR + SECOND);
    assert_eq!(held(&bench.target), []);
    assert_eq!(
        bench.expire(2 * HOUR),
        (None, false),
        "nothing is left to look after"
    );
    assert_eq!(bench.target.instances().count(), 0);
}

#[test]
fn each_collectors_data_has_its_own_age() {
    for kept in [
        Collector::Instances,
        Collector::Compliance,
        Collector::ComplianceTotals,
        Collector::Baselines,
        Collector::Associations,
    ] {
        let mut bench = Bench::new();
        full(&mut bench, Duration::ZERO, Duration::ZERO);
        let attempt = Attempt {
            result: Ok(()),
            skipped: 0,
            took: Duration::ZERO,
        };
        bench.target.apply(
            Outcome {
                collector: kept,
                attempt,
                data: None,
            },
            at(MINUTE),
        );
        let (next, dropped) = bench.expire(HOUR + SECOND);
        assert_eq!((next, dropped), (Some(HOUR + MINUTE), true), "{kept:?}");
        assert_eq!(held(&bench.target), [kept]);
        assert!(bench.target.has(kept));
    }
}

#[test]
fn a_failed_attempt_confirms_nothing_and_keeps_the_time_of_the_last_success() {
    let mut bench = Bench::new();
    full(&mut bench, Duration::ZERO, Duration::ZERO);
    let before = bench.target.collector(Collector::Instances).last_success;
    bench.fail(Collector::Instances, Duration::ZERO, 59 * MINUTE);
    assert_eq!(
        bench.target.collector(Collector::Instances).last_success,
        before
    );
    assert_eq!(bench.target.is_up(), Some(false));
    bench.expire(HOUR);
    assert!(!holds(&bench.target, Collector::Instances));
}

#[test]
fn nothing_goes_sooner_than_three_intervals() {
    let mut bench = Bench::with(MINUTE, 20 * MINUTE);
    full(&mut bench, Duration::ZERO, Duration::ZERO);
    assert_eq!(bench.expire(before(HOUR)), (Some(HOUR), false));
    assert!(bench.expire(HOUR).1);
}

#[test]
fn nothing_goes_sooner_than_three_times_the_last_duration() {
    let mut bench = Bench::with(MINUTE, MINUTE);
    full(&mut bench, 30 * MINUTE, Duration::ZERO);
    assert_eq!(
        bench.expire(before(90 * MINUTE)),
        (Some(90 * MINUTE), false)
    );
    assert!(bench.expire(90 * MINUTE).1);
}

#[test]
fn the_slowest_collector_counts_for_all_and_a_quick_failure_does_not_undo_it() {
    let mut bench = Bench::with(MINUTE, MINUTE);
    full(&mut bench, SECOND, Duration::ZERO);
    bench.end(
        Collector::Associations,
        HOUR,
        Duration::ZERO,
        Collected::Associations(Vec::new()),
    );
    bench.fail(Collector::Associations, SECOND, Duration::ZERO);
    assert_eq!(bench.expire(before(3 * HOUR)), (Some(3 * HOUR), false));
    assert!(bench.expire(3 * HOUR).1);
}

#[test]
fn what_the_refresh_under_way_brought_is_not_too_old_while_it_goes_on() {
    let mut bench = Bench::new();
    full(&mut bench, Duration::ZERO, Duration::ZERO);
    assert_eq!(bench.expire_now(9 * HOUR), (None, false));
    bench.next_refresh();
    assert!(
        bench.expire_now(9 * HOUR).1,
        "but what the one before brought is"
    );
}

#[test]
fn a_row_that_is_not_read_again_expires_by_itself() {
    let mut bench = Bench::new();
    bench.list(&[listed("i-1"), listed("i-2")], Duration::ZERO);
    bench.scan("i-1", Some(&patches([1; 8])), Duration::ZERO);
    bench.scan("i-2", Some(&patches([1; 8])), 30 * MINUTE);
    bench.list(&[listed("i-1"), listed("i-2")], HOUR);
    let (next, dropped) = bench.expire(HOUR + SECOND);
    assert_eq!((next, dropped), (Some(HOUR + 30 * MINUTE), true));
    assert!(bench.instance("i-1").patches.is_none() && bench.instance("i-2").patches.is_some());
    assert!(bench.target.has(Collector::Patches));
}

#[test]
fn a_row_never_goes_before_its_time_though_its_mark_is_in_seconds() {
    let mut bench = Bench::new();
    bench.list(&[listed("i-1")], 2 * HOUR);
    bench.scan("i-1", None, Duration::from_millis(1999));
    bench.expire(HOUR + Duration::from_millis(1998));
    assert!(bench.instance("i-1").patches.is_some());
    bench.expire(HOUR + 2 * SECOND);
    assert!(bench.instance("i-1").patches.is_none());
}

#[test]
fn a_target_is_up_only_once_both_views_have_been_read() {
    let mut bench = Bench::new();
    assert_eq!(bench.target.is_up(), None);
    bench.list(&[], Duration::ZERO);
    assert_eq!(bench.target.is_up(), None);
    bench.fail(Collector::Compliance, SECOND, SECOND);
    assert_eq!(bench.target.is_up(), Some(false));
    bench.summarise(&[]);
    assert_eq!(bench.target.is_up(), Some(true));
    bench.fail(Collector::Patches, SECOND, SECOND);
    assert_eq!(bench.target.is_up(), Some(true));
}

//! Which summaries an instance has, and which it should have.

use super::*;

#[test]
fn a_listed_instance_loses_a_summary_only_after_two_complete_reads_without_it() {
    let mut bench = Bench::new();
    bench.list(&[listed("i-1")], Duration::ZERO);
    let both = [
        summary("i-1", PATCH, "COMPLIANT"),
        summary("i-1", "Custom:A", "COMPLIANT"),
    ];
    bench.summarise(&both);
    bench.summarise(&both[..1]);
    assert_eq!(bench.types("i-1"), ["Custom:A", PATCH]);
    bench.summarise(&both[..1]);
    assert_eq!(bench.types("i-1"), [PATCH]);
}

#[test]
fn a_summary_that_comes_back_must_be_missed_twice_again() {
    let mut bench = Bench::new();
    bench.list(&[listed("i-1")], Duration::ZERO);
    let row = [summary("i-1", PATCH, "COMPLIANT")];
    for rows in [&row[..], &[], &row[..], &[]] {
        bench.summarise(rows);
        assert_eq!(bench.types("i-1"), [PATCH]);
    }
    bench.summarise(&[]);
    assert_eq!(bench.instance("i-1").summaries.len(), 0);
}

#[test]
fn a_failed_read_misses_nothing() {
    let mut bench = Bench::new();
    bench.list(&[listed("i-1")], Duration::ZERO);
    bench.summarise(&[summary("i-1", PATCH, "COMPLIANT")]);
    bench.summarise(&[]);
    (0..5).for_each(|_| bench.fail(Collector::Compliance, Duration::ZERO, Duration::ZERO));
    assert_eq!(bench.types("i-1"), [PATCH]);
}

#[test]
fn an_unlisted_resource_loses_a_summary_at_once() {
    let mut bench = Bench::new();
    bench.list(&[listed("i-1")], Duration::ZERO);
    bench.summarise(&[
        summary("i-1", PATCH, "COMPLIANT"),
        summary("unlisted", PATCH, "COMPLIANT"),
    ]);
    bench.summarise(&[]);
    assert_eq!(
        bench.target.instances().map(|i| &*i.id).collect::<Vec<_>>(),
        ["i-1"]
    );
}

#[test]
fn while_there_is_no_listing_every_resource_needs_two_reads() {
    let mut bench = Bench::new();
    bench.summarise(&[summary("i-1", PATCH, "COMPLIANT")]);
    bench.summarise(&[]);
    assert_eq!(bench.types("i-1"), [PATCH]);
    bench.summarise(&[]);
    assert_eq!(bench.target.instances().count(), 0);
}

#[test]
fn details_go_with_the_listing_of_their_instance() {
    let mut bench = Bench::new();
    bench.list(&[listed("i-1")], Duration::ZERO);
    bench.summarise(&[summary("i-1", ASSOCIATION, "NON_COMPLIANT")]);
    bench.scan("i-1", None, Duration::ZERO);
    bench.items("i-1", &[item("a", "Mine")], Duration::ZERO);
    bench.list(&[], Duration::ZERO);
    let unlisted = bench.instance("i-1");
    assert!(unlisted.patches.is_none() && unlisted.items.is_none());
    assert!(!bench.target.is_listed(unlisted));
}

#[test]
fn items_go_when_the_summary_is_compliant_or_gone() {
    for rows in [
        &[summary("i-1", ASSOCIATION, "COMPLIANT")][..],
        &[summary("i-1", ASSOCIATION, "")],
    ] {
        let mut bench = Bench::new();
        bench.list(&[listed("i-1")], Duration::ZERO);
        bench.summarise(&[summary("i-1", ASSOCIATION, "NON_COMPLIANT")]);
        bench.items("i-1", &[item("a", "Mine")], Duration::ZERO);
        bench.summarise(rows);
        assert!(bench.instance("i-1").items.is_none());
        bench.items("i-1", &[item("a", "Mine")], Duration::ZERO);
        assert!(
            bench.instance("i-1").items.is_none(),
            "and do not come back"
        );
    }
}

#[test]
fn patch_is_unreported_for_every_listed_instance_without_a_summary() {
    let mut bench = Bench::new();
    bench.list(&["i-none", "i-good", "i-odd"].map(listed), Duration::ZERO);
    bench.summarise(&[
        summary("i-good", PATCH, "NON_COMPLIANT"),
        summary("i-odd", PATCH, "PENDING"),
        summary("i-none", ASSOCIATION, "COMPLIANT"),
        summary("unlisted", ASSOCIATION, "COMPLIANT"),
    ]);
    let unreported = |name| bench.unreported(name, PATCH);
    assert_eq!(
        ["i-none", "i-good", "i-odd", "unlisted"].map(unreported),
        [true, false, false, false]
    );
}

#[test]
fn association_is_unreported_only_where_the_listing_has_an_association_status() {
    let mut bench = Bench::new();
    let with_status = |name| InstanceRow {
        association_status: "Pending".into(),
        ..listed(name)
    };
    bench.list(
        &[
            listed("i-none"),
            with_status("i-due"),
            with_status("i-good"),
        ],
        Duration::ZERO,
    );
    bench.summarise(&[
        summary("i-good", ASSOCIATION, "COMPLIANT"),
        summary("unlisted", PATCH, "COMPLIANT"),
    ]);
    let unreported = |name| bench.unreported(name, ASSOCIATION);
    assert_eq!(
        ["i-none", "i-due", "i-good", "unlisted"].map(unreported),
        [false, true, false, false]
    );
}

#[test]
fn no_other_type_is_ever_unreported() {
    let mut bench = Bench::new();
    bench.list(&[listed("i-1")], Duration::ZERO);
    assert!(
        !["Custom:A", "New", ""]
            .iter()
            .any(|compliance_type| bench.unreported("i-1", compliance_type))
    );
}

#[test]
fn of_two_rows_with_equal_times_the_same_one_wins_in_either_order() {
    let time = Timestamp::from_millis(1_763_200_000_000);
    let row = |status: &str, total: i64, execution: &str| SummaryRow {
        execution_time: time,
        execution_id: execution.into(),
        noncompliant: ItemCounts {
            total,
            ..<_>::default()
        },
        ..summary("i-1", PATCH, status)
    };
    let rows = [
        row("COMPLIANT", 0, "a"),
        row("NON_COMPLIANT", 2, "a"),
        row("NON_COMPLIANT", 3, "a"),
        row("ODD", 0, "a"),
    ];
    let kept = |order: &[usize]| {
        let mut bench = Bench::new();
        bench.summarise(&order.iter().map(|at| rows[*at].clone()).collect::<Vec<_>>());
        let kept = &bench.instance("i-1").summaries[0];
        (kept.status(), kept.counts.noncompliant_total)
    };
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        assert_eq!(kept(&order), (Status::NonCompliant, 3), "bad news is kept");
    }
    let alike = [row("COMPLIANT", 0, "a"), row("COMPLIANT", 0, "b")];
    let signature = |rows: [&SummaryRow; 2]| {
        let mut bench = Bench::new();
        bench.summarise(&rows.map(Clone::clone));
        bench.instance("i-1").summaries[0].signature
    };
    assert_eq!(
        signature([&alike[0], &alike[1]]),
        signature([&alike[1], &alike[0]])
    );
}

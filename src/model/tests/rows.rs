//! How AWS's rows become what is kept: nothing is there twice, no label is unsafe, and an unknown
//! count is not a number.

use super::*;

fn counts(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
    pairs
        .iter()
        .map(|(status, count)| ((*status).to_owned(), *count))
        .collect()
}

#[test]
fn statuses_that_become_equal_are_added_and_empty_counts_left_out() {
    let mut bench = Bench::new();
    let association_counts = counts(&[
        ("Success", 2),
        ("two words", 3),
        ("na\u{ef}ve", 4),
        ("Failed", 0),
        ("Odd", -1),
    ]);
    bench.list(
        &[InstanceRow {
            association_counts,
            ..listed("i-1")
        }],
        Duration::ZERO,
    );
    let listing = bench
        .instance("i-1")
        .listing
        .as_ref()
        .expect("it is listed");
    let found: Vec<_> = listing
        .associations
        .iter()
        .map(|(status, count)| (&**status, *count))
        .collect();
    assert_eq!(found, [("Success", 2), ("Unknown", 7)]);
}

#[test]
fn totals_of_types_that_become_equal_are_added_and_repeated_types_count_once() {
    let row = |compliance_type: &str, compliant, noncompliant| TotalsRow {
        compliance_type: compliance_type.into(),
        compliant,
        noncompliant,
    };
    let rows = [
        row("a b", 1, 2),
        row("c d", 10, 20),
        row(PATCH, 5, -1),
        row(PATCH, 5, -1),
    ];
    let totals = Totals::from_rows(&rows);
    let found: Vec<_> = totals
        .iter()
        .map(|t| (&*t.compliance_type, t.compliant, t.noncompliant))
        .collect();
    assert_eq!(found, [(PATCH, 5, 0), ("Unknown", 11, 22)]);
}

#[test]
fn free_text_loses_control_characters_and_vocabulary_what_is_no_identifier() {
    let mut bench = Bench::new();
    let row = InstanceRow {
        name: "web\u{0}\u{1b}[1m\n1".into(),
        computer_name: "\u{e9}".repeat(200),
        platform_type: "Linux\n".into(),
        platform_name: "Amazon \"Linux\"".into(),
        ping_status: "x".repeat(101),
        ..listed("i-1")
    };
    bench.list(&[row], Duration::ZERO);
    let listing = bench
        .instance("i-1")
        .listing
        .as_ref()
        .expect("it is listed");
    assert_eq!(listing.name(), "web[1m1");
    assert_eq!(listing.computer_name(), "\u{e9}".repeat(128));
    assert_eq!(
        (&*listing.shared.platform_type, &*listing.shared.ping_status),
        ("Unknown", "Unknown")
    );
    assert_eq!(&*listing.shared.platform_name, "Amazon \"Linux\"");
    assert!(!listing.is_online());
}

#[test]
fn what_repeats_over_a_fleet_is_stored_once() {
    let mut bench = Bench::new();
    bench.list(&["i-1", "i-2"].map(listed), Duration::ZERO);
    let shared = |name| {
        &bench
            .instance(name)
            .listing
            .as_ref()
            .expect("it is listed")
            .shared
    };
    assert!(Arc::ptr_eq(shared("i-1"), shared("i-2")));
    bench.summarise(&["i-1", "i-2"].map(|name| summary(name, PATCH, "NON_COMPLIANT")));
    let counts = |name| {
        &bench
            .instance(name)
            .summary(&ComplianceType::Patch)
            .expect("there is one")
            .counts
    };
    assert!(Arc::ptr_eq(counts("i-1"), counts("i-2")));
}

#[test]
fn of_two_rows_for_one_instance_the_later_one_counts() {
    let mut bench = Bench::new();
    let named = |name: &str, computer_name: &str| InstanceRow {
        computer_name: computer_name.into(),
        ..listed(name)
    };
    bench.list(
        &[
            named("i-2", "old"),
            named("i-1", "other"),
            named("i-2", "new"),
            named("i-2", "newest"),
        ],
        Duration::ZERO,
    );
    let computer_name = |name| {
        bench
            .instance(name)
            .listing
            .as_ref()
            .expect("it is listed")
            .computer_name()
    };
    assert_eq!(
        (computer_name("i-1"), computer_name("i-2")),
        ("other", "newest")
    );
    assert_eq!(bench.target.instances().count(), 2);
}

#[test]
fn baselines_and_associations_are_in_order_and_each_is_there_once() {
    let baseline = |id: &str, name: &str| BaselineRow {
        id: id.into(),
        name: name.into(),
        ..<_>::default()
    };
    let arn = "arn:aws:ssm:eu-west-1:111122223333:patchbaseline/pb-1";
    let baselines = Baseline::from_rows(&[
        baseline("pb-2", "b"),
        baseline("pb-1", "z"),
        baseline(arn, "a"),
    ]);
    let found: Vec<_> = baselines
        .iter()
        .map(|baseline| (&*baseline.id, &*baseline.name))
        .collect();
    assert_eq!(found, [("pb-1", "a"), ("pb-2", "b")]);

    let association = |id: &str, name: &str| AssociationRow {
        id: id.into(),
        name: name.into(),
        ..<_>::default()
    };
    let rows = [
        association("2", "b"),
        association("1", "z"),
        association("1", "a"),
    ];
    let associations = Association::from_rows(&rows, &Interner::default());
    let found: Vec<_> = associations
        .iter()
        .map(|association| (&*association.id, &*association.name))
        .collect();
    assert_eq!(found, [("1", "a"), ("2", "b")]);
}

#[test]
fn of_two_rows_for_one_association_of_an_instance_one_stays() {
    let mut bench = Bench::new();
    bench.items(
        "i-1",
        &[item("b", "Mine"), item("a", "Mine"), item("b", "Mine")],
        Duration::ZERO,
    );
    let items = bench
        .instance("i-1")
        .items
        .as_ref()
        .expect("they were read");
    let ids: Vec<_> = items
        .content
        .iter()
        .map(|association| &*association.association_id)
        .collect();
    assert_eq!(ids, ["a", "b"]);
}

#[test]
fn counts_that_aws_does_not_give_are_no_counts() {
    let mut bench = Bench::new();
    let row = PatchRow {
        critical_noncompliant: Some(-1),
        other_noncompliant: Some(0),
        ..patches([-1, 0, 1, 2, 3, 4, 5, 6])
    };
    bench.scan("i-1", Some(&row), Duration::ZERO);
    let state = bench
        .instance("i-1")
        .patches
        .as_ref()
        .and_then(|patches| patches.content.as_ref())
        .expect("scanned");
    let found: Vec<_> = state
        .by_state()
        .map(|(state, count)| (state.as_str(), count.get()))
        .collect();
    assert_eq!(
        found[..3],
        [
            ("Missing", None),
            ("Failed", Some(0)),
            ("InstalledPendingReboot", Some(1))
        ]
    );
    let classes = [
        state.critical_noncompliant,
        state.security_noncompliant,
        state.other_noncompliant,
    ];
    assert_eq!(classes.map(Count::get), [None, None, Some(0)]);
}

#[test]
fn the_newer_of_two_summaries_counts_in_whatever_order_they_come() {
    let row = |status, millis| SummaryRow {
        execution_time: Timestamp::from_millis(millis),
        ..summary("i-1", PATCH, status)
    };
    let (old, new, never) = (
        row("NON_COMPLIANT", 1_763_200_000_000),
        row("COMPLIANT", 1_763_200_000_001),
        row("NON_COMPLIANT", 0),
    );
    for rows in [
        [&old, &new, &never],
        [&new, &never, &old],
        [&never, &old, &new],
    ] {
        let mut bench = Bench::new();
        bench.summarise(&rows.map(Clone::clone));
        let summary = bench
            .instance("i-1")
            .summary(&ComplianceType::Patch)
            .expect("there is one");
        assert_eq!(
            (summary.status(), bench.types("i-1").len()),
            (Status::Compliant, 1)
        );
    }
}

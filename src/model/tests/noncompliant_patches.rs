//! Single patches: how items become patches, and for which instances they are kept.

use super::*;

/// Returns the patches that some items become.
fn patches_of(rows: &[ItemRow]) -> NoncompliantPatches {
    NoncompliantPatch::from_rows(rows, &Interner::default())
}

fn with_cves(cves: &str) -> NoncompliantPatches {
    patches_of(&[patch_item("KB1", &[("CVEIds", cves)])])
}

fn ids(patches: &[Arc<NoncompliantPatch>]) -> Vec<&str> {
    patches.iter().map(|patch| &*patch.id).collect()
}

#[test]
fn the_worst_patches_come_first_and_equally_bad_ones_in_the_order_of_ids() {
    let item = |id: &str, severity: &str| patch_item(id, &[("PatchSeverity", severity)]);
    let patches = patches_of(&[
        item("a", "Low"),
        item("d", "High"),
        item("b", "Critical"),
        item("c", "Important"),
        item("e", ""),
    ]);
    assert_eq!(ids(&patches), ["b", "c", "d", "a", "e"]);
}

#[test]
fn only_noncompliant_items_of_type_patch_are_patches() {
    let compliant = ItemRow {
        status: "COMPLIANT".into(),
        ..patch_item("KB1", &[])
    };
    let not_applicable = ItemRow {
        status: String::new(),
        ..patch_item("KB2", &[])
    };
    let rows = [compliant, not_applicable, item("a", "Mine")];
    assert!(patches_of(&rows).is_empty());
}

#[test]
fn a_row_that_comes_twice_is_one_patch_and_another_state_is_another() {
    let item = |state: &str| patch_item("KB1", &[("PatchState", state)]);
    let patches = patches_of(&[item("Missing"), item("Failed"), item("Missing")]);
    let states: Vec<&str> = patches.iter().map(|patch| &*patch.state).collect();
    assert_eq!(states, ["Failed", "Missing"]);
}

#[test]
fn states_have_one_spelling_and_unknown_ones_are_kept_if_they_are_words() {
    for (sent, kept) in [
        ("INSTALLED_PENDING_REBOOT", "InstalledPendingReboot"),
        ("missing", "Missing"),
        ("AvailableSecurityUpdate", "AvailableSecurityUpdate"),
        ("Blocked_By_Policy", "Blocked_By_Policy"),
        ("not a word", "Unknown"),
        ("", ""),
    ] {
        let patches = patches_of(&[patch_item("KB1", &[("PatchState", sent)])]);
        assert_eq!(&*patches[0].state, kept, "{sent}");
    }
}

#[test]
fn texts_of_a_patch_are_made_safe() {
    let item = ItemRow {
        title: "two\nlines".into(),
        ..patch_item(
            &"x".repeat(300),
            &[
                ("Classification", "Security Updates"),
                ("PatchSeverity", "a b"),
            ],
        )
    };
    let patches = patches_of(&[item]);
    assert_eq!(&*patches[0].title, "twolines");
    assert_eq!(patches[0].id.len(), 256);
    assert_eq!(&*patches[0].classification, "Security Updates");
    assert_eq!(&*patches[0].severity, "Unknown");
}

#[test]
fn the_vulnerabilities_that_are_shown_end_at_a_comma_and_all_of_them_are_known() {
    let id = "CVE-2026-20000";
    // Seventy ids with their commas are 1,049 bytes, and sixty-eight are 1,019.
    let patches = with_cves(&vec![id; 70].join(","));
    assert_eq!(patches[0].shown_cve_ids(), vec![id; 68].join(","));
    assert_eq!(patches[0].cve_ids().count(), 70);
    let patches = with_cves(&format!(" {id} ,, {id}\n"));
    assert_eq!(patches[0].shown_cve_ids(), format!("{id},{id}"));
}

#[test]
fn exactly_as_many_bytes_as_are_shown_are_all_shown() {
    // 32 ids of 31 bytes and their commas are 1,023 bytes.
    let ids = vec!["x".repeat(31); 32].join(",");
    let one_more = format!("{ids}y");
    assert_eq!(one_more.len(), 1024);
    assert_eq!(with_cves(&one_more)[0].shown_cve_ids(), one_more);
    assert_eq!(
        with_cves(&format!("{one_more},z"))[0].shown_cve_ids(),
        one_more
    );
    let last_left_out = ids.rfind(',').unwrap();
    assert_eq!(
        with_cves(&format!("{one_more}y"))[0].shown_cve_ids(),
        &ids[..last_left_out]
    );
}

#[test]
fn an_endless_list_of_vulnerabilities_is_cut() {
    let kept = &with_cves(&vec!["CVE-2026-20000"; 10_000].join(","))[0];
    assert!(kept.cve_list.len() <= 4096);
    assert_eq!(
        with_cves(&"\u{e9}".repeat(5000))[0].shown_cve_ids().len(),
        256
    );
}

#[test]
fn a_patch_that_many_instances_lack_is_stored_once() {
    let mut bench = Bench::new();
    bench.list(&["i-1", "i-2"].map(listed), Duration::ZERO);
    bench.summarise(&["i-1", "i-2"].map(|name| summary(name, PATCH, "NON_COMPLIANT")));
    for name in ["i-1", "i-2"] {
        bench.patch_items(name, &[patch_item("KB1", &[])], Duration::ZERO);
    }
    let patch = |name| &bench.instance(name).noncompliant_patches()[0];
    assert!(Arc::ptr_eq(patch("i-1"), patch("i-2")));
}

#[test]
fn an_instance_that_is_compliant_again_has_no_patches() {
    let mut bench = Bench::new();
    bench.list(&[listed("i-1")], Duration::ZERO);
    bench.summarise(&[summary("i-1", PATCH, "NON_COMPLIANT")]);
    bench.patch_items("i-1", &[patch_item("KB1", &[])], Duration::ZERO);
    assert_eq!(ids(bench.instance("i-1").noncompliant_patches()), ["KB1"]);
    bench.summarise(&[summary("i-1", PATCH, "COMPLIANT")]);
    assert!(bench.instance("i-1").patch_items.is_none());
}

#[test]
fn single_patches_give_no_reasons() {
    let mut bench = Bench::new();
    bench.list(&[listed("i-1")], Duration::ZERO);
    bench.summarise(&[summary("i-1", PATCH, "NON_COMPLIANT")]);
    bench.patch_items("i-1", &[patch_item("KB1", &[])], Duration::ZERO);
    assert!(bench.noncompliance_reasons("i-1", PATCH).is_empty());
    assert_eq!(DetailKind::of_reasons(PATCH), Some(DetailKind::PatchStates));
}

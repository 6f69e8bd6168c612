//! What listings mean, over a scripted organization.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use futures_util::FutureExt;
use proptest::prelude::*;

use super::*;
use crate::collect::{FailureScope, Page, PageRequest, SourceError, SourceResult};
use crate::model::FailureReason;

/// The root of the scripted organization, of which nobody asks for its accounts by its id.
const ROOT: &str = "r-root";

/// An organization, whose units are in a tree.
#[derive(Debug, Default)]
struct Script {
    /// The accounts right below each unit, and whether they are active.
    accounts: BTreeMap<String, Vec<(String, bool)>>,
    /// The units right below each unit.
    units: BTreeMap<String, Vec<String>>,
    /// How many rows a page has; further ones have a token.
    page_rows: usize,
    /// The number of the call that fails, if one does.
    failing_call: Option<usize>,
    /// Whether pages lack their lists.
    lacks_lists: bool,
    skipped: usize,
    calls: Mutex<Vec<String>>,
}

impl Script {
    fn page<T: Clone>(
        &self,
        what: String,
        rows: &[T],
        page: &PageRequest,
    ) -> SourceResult<Page<T>> {
        let mut calls = self.calls.lock().unwrap();
        calls.push(what);
        if self.failing_call == Some(calls.len() - 1) {
            return Err(error());
        }
        let start: usize = page
            .token
            .as_deref()
            .map_or(0, |token| token.parse().unwrap());
        let end = rows.len().min(start + self.page_rows);
        Ok(Page {
            rows: (!self.lacks_lists).then(|| rows[start..end].to_vec()),
            skipped: self.skipped,
            next: (end < rows.len()).then(|| end.to_string()),
        })
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    fn rows(&self, unit: Option<&str>) -> Vec<AccountRow> {
        let accounts = self.accounts.iter();
        let accounts = accounts.filter(|(below, _)| unit.is_none_or(|unit| unit == *below));
        accounts
            .flat_map(|(_, accounts)| accounts)
            .map(|(id, is_active)| AccountRow {
                is_active: *is_active,
                ..row(id)
            })
            .collect()
    }
}

impl OrganizationSource for Script {
    async fn begin(&self) -> SourceResult<String> {
        Ok(String::new())
    }

    async fn accounts(
        &self,
        unit: Option<&str>,
        page: &PageRequest,
    ) -> SourceResult<Page<AccountRow>> {
        let what = format!("accounts of {}", unit.unwrap_or("all"));
        self.page(what, &self.rows(unit), page)
    }

    async fn units(&self, parent: &str, page: &PageRequest) -> SourceResult<Page<UnitRow>> {
        let below = self.units.get(parent).cloned().unwrap_or_default();
        let rows: Vec<UnitRow> = below.into_iter().map(|id| UnitRow { id }).collect();
        self.page(format!("units of {parent}"), &rows, page)
    }
}

impl RegionSource for Vec<(&str, bool)> {
    async fn begin(&self) -> SourceResult<String> {
        Ok(String::new())
    }

    async fn regions(&self, _: &PageRequest) -> SourceResult<Page<RegionRow>> {
        let rows = self.iter().map(|(name, is_enabled)| RegionRow {
            name: (*name).to_owned(),
            is_enabled: *is_enabled,
        });
        Ok(Page {
            rows: Some(rows.collect()),
            skipped: 0,
            next: None,
        })
    }
}

fn row(id: &str) -> AccountRow {
    AccountRow {
        id: id.to_owned(),
        name: format!("name of {id}"),
        partition: None,
        is_active: true,
    }
}

fn rows(ids: impl IntoIterator<Item = usize>) -> Vec<AccountRow> {
    ids.into_iter().map(|id| row(&id.to_string())).collect()
}

fn error() -> SourceError {
    SourceError::new(FailureReason::AccessDenied, FailureScope::Call, "scripted")
}

/// Two units below the root, of which the first has a unit below it.
fn script() -> Script {
    let accounts = |ids: &[&str]| ids.iter().map(|id| ((*id).to_owned(), true)).collect();
    let mut script = Script {
        page_rows: 2,
        ..Script::default()
    };
    script
        .accounts
        .insert(ROOT.to_owned(), accounts(&["management"]));
    script
        .accounts
        .insert("a".to_owned(), accounts(&["a1", "a2", "a3"]));
    script.accounts.insert("aa".to_owned(), accounts(&["aa1"]));
    script.accounts.insert("b".to_owned(), accounts(&["b1"]));
    script
        .units
        .insert(ROOT.to_owned(), vec!["a".to_owned(), "b".to_owned()]);
    script.units.insert("a".to_owned(), vec!["aa".to_owned()]);
    script
}

fn found(script: &Script, units: &[&str]) -> SourceResult<Vec<String>> {
    let units: Vec<String> = units.iter().map(|unit| (*unit).to_owned()).collect();
    // The script answers at once.
    let listed = member_accounts(script, &units).now_or_never().unwrap();
    Ok(listed?.into_iter().map(|account| account.id).collect())
}

#[test]
fn all_accounts_come_page_by_page() {
    let script = script();
    let expected = ["a1", "a2", "a3", "aa1", "b1", "management"];
    assert_eq!(found(&script, &[]).unwrap(), expected);
    assert_eq!(script.calls(), ["accounts of all"; 3]);
}

#[test]
fn units_are_read_with_their_children_and_none_twice() {
    for (units, expected) in [
        (&["a"][..], &["a1", "a2", "a3", "aa1"][..]),
        (&["aa"], &["aa1"]),
        (&["aa", "a", "a"], &["a1", "a2", "a3", "aa1"]),
        (&["b", "aa"], &["aa1", "b1"]),
    ] {
        let script = script();
        assert_eq!(found(&script, units).unwrap(), expected, "{units:?}");
        let asked = script.calls();
        for unit in ["a", "aa", "b"] {
            let asked = asked
                .iter()
                .filter(|call| **call == format!("units of {unit}"));
            assert!(asked.count() <= 1, "{unit} is read twice for {units:?}");
        }
    }
}

#[test]
fn units_that_lead_in_a_circle_come_to_an_end() {
    let mut script = script();
    script.units.insert("aa".to_owned(), vec!["a".to_owned()]);
    assert_eq!(found(&script, &["a"]).unwrap().len(), 4);
}

#[test]
fn an_organization_without_any_account_is_not_believed() {
    let empty = Script {
        page_rows: 2,
        ..Script::default()
    };
    let error = found(&empty, &[]).unwrap_err();
    assert_eq!(error.reason, FailureReason::BadResponse);
    assert!(found(&empty, &["a"]).unwrap().is_empty(), "a unit may be");
}

#[test]
fn accounts_that_are_not_active_are_left_out() {
    let mut script = script();
    script.accounts.get_mut("a").unwrap()[1].1 = false;
    assert_eq!(found(&script, &["a"]).unwrap(), ["a1", "a3", "aa1"]);
}

#[test]
fn a_listing_of_which_anything_is_missing_is_a_failure() {
    let well = script();
    found(&well, &["a", "b"]).unwrap();
    for call in 0..well.calls().len() {
        let failing = Script {
            failing_call: Some(call),
            ..script()
        };
        assert_eq!(found(&failing, &["a", "b"]), Err(error()), "call {call}");
    }
    let without_lists = Script {
        lacks_lists: true,
        ..script()
    };
    let odd_rows = Script {
        skipped: 1,
        ..script()
    };
    for script in [without_lists, odd_rows] {
        for units in [&[][..], &["a"]] {
            let error = found(&script, units).unwrap_err();
            assert_eq!(error.reason, FailureReason::BadResponse, "{error}");
        }
    }
}

#[test]
fn only_enabled_regions_are_read_and_an_account_without_any_is_not_believed() {
    let regions = |rows: Vec<(&'static str, bool)>| enabled_regions(&rows).now_or_never().unwrap();
    let listed = vec![
        ("us-east-1", true),
        ("af-south-1", false),
        ("eu-west-1", true),
    ];
    assert_eq!(regions(listed).unwrap(), ["eu-west-1", "us-east-1"]);
    for none in [vec![], vec![("af-south-1", false)]] {
        assert_eq!(
            regions(none).unwrap_err().reason,
            FailureReason::BadResponse
        );
    }
}

fn known(directory: &Directory) -> Vec<String> {
    directory
        .accounts()
        .map(|account| account.id.clone())
        .collect()
}

#[test]
fn a_listing_that_fails_takes_nothing_away_and_says_so_until_one_succeeds() {
    let mut directory = Directory::default();
    assert!(directory.take_accounts(Err(error())).is_err());
    assert!(!directory.has_accounts() && directory.needs_accounts());
    let change = directory.take_accounts(Ok(rows(1..4))).unwrap();
    assert_eq!(change.joined, ["1", "2", "3"]);
    assert!(change.left.is_empty());
    assert_eq!(directory.failures(), []);
    assert!(directory.take_accounts(Err(error())).is_err());
    assert_eq!(known(&directory), ["1", "2", "3"]);
    assert_eq!(directory.failures()[0].part, FailedPart::Accounts);
    let change = directory.take_accounts(Ok(rows(3..5))).unwrap();
    assert_eq!(change.joined, ["4"]);
    assert_eq!(change.left, ["1", "2"]);
    assert_eq!(directory.failures(), []);
}

#[test]
fn a_listing_that_has_lost_most_accounts_is_believed_when_it_is_read_a_second_time() {
    let mut directory = Directory::default();
    directory.take_accounts(Ok(rows(0..40))).unwrap();
    assert!(directory.take_accounts(Ok(rows(0..5))).is_err());
    assert_eq!(known(&directory).len(), 40);
    assert!(directory.needs_accounts(), "so that it is read again soon");
    directory.take_accounts(Ok(rows(0..5))).unwrap();
    assert_eq!(known(&directory).len(), 5);
}

#[test]
fn a_listing_that_lacks_a_known_account_is_noticed() {
    let mut directory = Directory::default();
    assert!(!directory.has_more_than(&rows(0..2)));
    directory.take_accounts(Ok(rows(0..3))).unwrap();
    assert!(!directory.has_more_than(&rows(0..4)));
    assert!(directory.has_more_than(&rows(1..4)));
}

#[test]
fn fewer_units_are_no_sudden_loss() {
    let mut directory = Directory::default();
    directory.take_accounts(Ok(rows(0..40))).unwrap();
    directory.reconfigure(Some(&["ou-ab12-34cd56ef".to_owned()]));
    assert_eq!(known(&directory).len(), 40, "until they are listed");
    directory.take_accounts(Ok(rows(0..2))).unwrap();
    assert!(
        directory.take_accounts(Ok(Vec::new())).is_ok(),
        "two may go at once"
    );
    directory.reconfigure(None);
    assert!(!directory.has_accounts());
}

#[test]
fn regions_fail_account_by_account_and_are_forgotten_with_it() {
    let mut directory = Directory::default();
    let one = Some("111122223333".to_owned());
    let listed = vec!["eu-west-1".to_owned()];
    assert!(directory.needs_regions_of(&one));
    directory
        .take_regions(one.clone(), Ok(listed.clone()))
        .unwrap();
    assert!(!directory.needs_regions_of(&one));
    assert!(directory.take_regions(one.clone(), Err(error())).is_err());
    assert!(directory.take_regions(None, Err(error())).is_err());
    assert_eq!(directory.regions_of(&one), listed);
    assert!(directory.regions_of(&None).is_empty());
    let failed: Vec<String> = directory
        .failures()
        .iter()
        .map(|it| it.part.to_string())
        .collect();
    let expected = [
        "the regions of the exporter's own account",
        "the regions of 111122223333",
    ];
    assert_eq!(failed, expected);
    directory.keep_regions_of(&BTreeSet::from([None]));
    assert!(directory.regions_of(&one).is_empty());
    assert_eq!(directory.failures().len(), 1);
}

proptest! {
    /// Whatever listings come and fail, what is known is the last one that was believed, and only one
    /// that lost more than half of more than ten accounts is doubted, and only once.
    #[test]
    fn what_is_known_is_the_last_listing_that_was_believed(
        listings in prop::collection::vec(prop::option::of(prop::collection::btree_set(0..40_usize, 0..40)), 1..20)
    ) {
        let mut directory = Directory::default();
        let mut expected: BTreeSet<usize> = BTreeSet::new();
        let mut before: Option<BTreeSet<usize>> = None;
        for listing in listings {
            let answer = listing.clone().map(rows).ok_or_else(error);
            let is_taken = directory.take_accounts(answer).is_ok();
            if let Some(listing) = &listing {
                let lost = expected.difference(listing).count();
                let is_sudden = expected.len() > 10 && lost * 2 > expected.len();
                if is_taken {
                    prop_assert!(!is_sudden || before.is_some(), "believed at once");
                    expected = listing.clone();
                } else {
                    prop_assert!(is_sudden, "doubted for nothing");
                    prop_assert!(before.as_ref() != Some(listing), "doubted twice");
                }
                before = (!is_taken).then(|| listing.clone());
            } else {
                prop_assert!(!is_taken);
            }
            let names: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
            prop_assert_eq!(known(&directory).into_iter().collect::<BTreeSet<_>>(), names);
        }
    }
}

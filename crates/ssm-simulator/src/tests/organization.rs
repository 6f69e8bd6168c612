//! Organizations lists its accounts to those who may read it.

use serde_json::{Value, json};

use super::client::{ClientAnswer, Running};
use crate::{AccountState, Fault, FaultKind, Options, OrganizationOptions, Simulator};

const KEY: &str = "AKIDEXAMPLE";
const MANAGEMENT: &str = "000000000001";
const MEMBER: &str = "000000000002";
const LIST: &str = "ListAccounts";
const LIST_OF_PARENT: &str = "ListAccountsForParent";
const UNITS: &str = "ListOrganizationalUnitsForParent";

/// So many accounts without instances.
fn accounts(count: u32) -> Options {
    Options {
        instances: 0,
        accounts: (1..=count).map(|number| format!("{number:012}")).collect(),
        ..Options::default()
    }
}

fn managed_by(account: &str, delegated: &[&str]) -> Options {
    Options {
        organization: Some(OrganizationOptions {
            management_account: Some(account.to_owned()),
            delegated_administrators: delegated.iter().map(|&id| id.to_owned()).collect(),
        }),
        ..accounts(3)
    }
}

/// All rows of a list, page by page.
async fn pages(
    running: &Running,
    operation: &str,
    list: &str,
    mut input: Value,
) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    loop {
        let answer = running.organizations(KEY, operation, input.clone()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let mut answer = answer.json();
        pages.push(answer[list].take().as_array().unwrap().clone());
        let Some(token) = answer["NextToken"].as_str() else {
            return pages;
        };
        input["NextToken"] = json!(token);
        assert!(pages.len() < 100, "the chain does not end");
    }
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["Id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn accounts_come_in_pages_of_twenty_and_are_those_of_the_truth() {
    let running = Running::start(accounts(45)).await;
    let pages = pages(&running, LIST, "Accounts", json!({})).await;
    let lengths: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(lengths, [20, 20, 6], "45 accounts and one that is closed");
    let truth = serde_json::to_value(running.simulator.accounts()).unwrap();
    assert_eq!(Value::Array(pages.concat()), truth);
    assert_eq!(pages[0][0]["State"], "ACTIVE");
    assert_eq!(pages[2][5]["State"], "CLOSED");
    running.stop().await;
}

#[tokio::test]
async fn the_tree_of_units_leads_to_every_account_once() {
    let running = Running::start(accounts(12)).await;
    let roots = pages(&running, "ListRoots", "Roots", json!({}))
        .await
        .concat();
    let mut places = vec![roots[0]["Id"].as_str().unwrap().to_owned()];
    let mut found = Vec::new();
    while let Some(place) = places.pop() {
        let parent = json!({"ParentId": place, "MaxResults": 1});
        let accounts = pages(&running, LIST_OF_PARENT, "Accounts", parent.clone()).await;
        found.extend(accounts.concat());
        let units = pages(&running, UNITS, "OrganizationalUnits", parent).await;
        places.extend(ids(&units.concat()).into_iter().map(str::to_owned));
    }
    let mut found = ids(&found);
    found.sort_unstable();
    let all = pages(&running, LIST, "Accounts", json!({})).await.concat();
    let mut all = ids(&all);
    all.sort_unstable();
    assert_eq!(found, all);
    running.stop().await;
}

async fn code(running: &Running, key: &str, operation: &str, input: Value) -> String {
    running.organizations(key, operation, input).await.code()
}

#[tokio::test]
async fn wrong_requests_are_refused_with_the_codes_of_organizations() {
    let running = Running::start(accounts(3)).await;
    let unknown = "ou-sim1-nowhere00";
    let cases = [
        (LIST, json!({"MaxResults": 21}), "InvalidInputException"),
        (LIST, json!({"NextToken": "x"}), "InvalidInputException"),
        (LIST_OF_PARENT, json!({}), "InvalidInputException"),
        (UNITS, json!({"ParentId": "x"}), "InvalidInputException"),
        (
            UNITS,
            json!({"ParentId": unknown}),
            "ParentNotFoundException",
        ),
        (
            LIST_OF_PARENT,
            json!({"ParentId": unknown}),
            "ParentNotFoundException",
        ),
        ("CreateAccount", json!({}), "UnknownOperationException"),
    ];
    for (operation, input, expected) in cases {
        let code = code(&running, KEY, operation, input.clone()).await;
        assert_eq!(code, expected, "{operation} {input}");
    }
    running.stop().await;
}

#[tokio::test]
async fn only_the_management_account_and_delegated_administrators_list_accounts() {
    let running = Running::start(managed_by(MEMBER, &["000000000003"])).await;
    let refused = running.organizations(KEY, LIST, json!({})).await;
    assert_eq!(refused.code(), "AccessDeniedException");
    for account in [MEMBER, "000000000003"] {
        let key = running.session(account).await;
        let answer = running.organizations(&key, LIST, json!({})).await;
        assert_eq!(answer.status, 200, "{account}");
    }
    running.stop().await;

    let alone = Running::start(Options {
        organization: None,
        ..accounts(1)
    })
    .await;
    let code = code(&alone, KEY, LIST, json!({})).await;
    assert_eq!(code, "AWSOrganizationsNotInUseException");
    alone.stop().await;
}

async fn assume(running: &Running, account: &str) -> ClientAnswer {
    let role = format!("arn:aws:iam::{account}:role/r");
    let form = format!("Action=AssumeRole&RoleSessionName=s&RoleArn={role}");
    running.sts(KEY, &form).await
}

#[tokio::test]
async fn a_closed_account_is_listed_but_can_no_longer_be_used() {
    let running = Running::start(accounts(3)).await;
    let key = running.session(MEMBER).await;
    let ask = async || {
        let answer = running.call_as(&key, "eu-west-1", "ListAssociations", json!({}));
        answer.await.unwrap()
    };
    assert_eq!(ask().await.status, 200);
    assert!(running.simulator.close_account(MEMBER));
    assert_eq!(ask().await.code(), "UnrecognizedClientException");
    assert_eq!(assume(&running, MEMBER).await.status, 403);
    let rows = pages(&running, LIST, "Accounts", json!({})).await.concat();
    assert_eq!(
        (rows[1]["Id"].as_str(), &rows[1]["State"]),
        (Some(MEMBER), &json!("CLOSED"))
    );
    assert!(
        running
            .simulator
            .set_account_state(MEMBER, AccountState::Active)
    );
    assert_eq!(ask().await.status, 200, "the credentials are good again");
    running.stop().await;
}

#[tokio::test]
async fn an_account_that_is_created_can_be_used_and_one_that_is_removed_is_gone() {
    let running = Running::start(accounts(2)).await;
    let new = "000000000077";
    assert_eq!(assume(&running, new).await.status, 403);
    assert!(
        running
            .simulator
            .create_account(new, "new", Simulator::ROOT_ID)
    );
    assert!(
        !running
            .simulator
            .create_account(new, "again", Simulator::ROOT_ID)
    );
    assert!(
        !running
            .simulator
            .create_account("77", "short", Simulator::ROOT_ID)
    );
    assert!(
        !running
            .simulator
            .create_account("000000000078", "lost", "ou-sim1-nowhere00")
    );
    let key = running.session(new).await;
    let answer = running
        .call_as(&key, "us-east-1", "ListAssociations", json!({}))
        .await;
    assert_eq!(answer.unwrap().status, 200);
    assert!(running.simulator.remove_account(MEMBER));
    let rows = pages(&running, LIST, "Accounts", json!({})).await.concat();
    assert_eq!(ids(&rows), [MANAGEMENT, "900000000009", new]);
    running.stop().await;
}

#[tokio::test]
async fn a_page_that_has_begun_goes_on_after_an_account_before_it_has_gone() {
    let running = Running::start(accounts(4)).await;
    let first = running
        .organizations(KEY, LIST, json!({"MaxResults": 2}))
        .await;
    let token = first.json()["NextToken"].clone();
    assert!(
        running
            .simulator
            .remove_account(MANAGEMENT.replace('1', "2").as_str())
    );
    let rest = running
        .organizations(KEY, LIST, json!({"NextToken": token}))
        .await;
    let rest = rest.json();
    let rows = rest["Accounts"].as_array().unwrap();
    assert_eq!(ids(rows), ["000000000003", "000000000004", "900000000009"]);
    running.stop().await;
}

#[tokio::test]
async fn faults_hit_organizations_only_where_they_name_its_operations() {
    let running = Running::start(accounts(10)).await;
    let simulator = &running.simulator;
    simulator.set_faults(vec![Fault::always(FaultKind::Throttle)]);
    assert_eq!(
        running.organizations(KEY, LIST, json!({})).await.status,
        200
    );
    for (fault, expected) in [
        ("throttle:ListAccounts", "TooManyRequestsException"),
        ("deny:ListAccounts", "AccessDeniedException"),
        ("expired-token:ListAccounts", "ExpiredTokenException"),
    ] {
        simulator.set_faults(vec![fault.parse().unwrap()]);
        assert_eq!(code(&running, KEY, LIST, json!({})).await, expected);
    }
    simulator.set_faults(vec!["error500:ListAccounts".parse().unwrap()]);
    let answer = running.organizations(KEY, LIST, json!({})).await;
    assert_eq!(answer.json()["__type"], "ServiceException");
    simulator.set_faults(vec!["short-list:ListAccounts".parse().unwrap()]);
    let rows = pages(&running, LIST, "Accounts", json!({})).await.concat();
    assert_eq!(rows.len(), 3, "a fifth of eleven, rounded up");
    simulator.set_faults(vec!["empty-page:ListAccounts".parse().unwrap()]);
    let pages = pages(&running, LIST, "Accounts", json!({"MaxResults": 5})).await;
    assert!(pages.iter().any(Vec::is_empty));
    assert_eq!(pages.concat().len(), 11);
    running.stop().await;
}

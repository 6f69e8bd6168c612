//! The paths for operators change the organization as the methods of the simulator do.

use serde_json::{Value, json};

use super::client::{ACCOUNT, REGION, Running, small};

async fn post(running: &Running, work: &str, order: Value) -> u16 {
    let path = format!("-/{work}");
    running.post(&path, order.to_string()).await.unwrap().status
}

#[tokio::test]
async fn accounts_come_move_are_renamed_and_go() {
    let running = Running::start(small(1)).await;
    let new = "000000000077";
    let unit = "ou-sim1-sandboxes";
    let create = json!({"account_id": new, "name": "new"});
    assert_eq!(post(&running, "create-account", create.clone()).await, 204);
    assert_eq!(
        post(&running, "create-account", create).await,
        404,
        "it is there already"
    );
    let rename = json!({"account_id": new, "name": "renamed"});
    assert_eq!(post(&running, "rename-account", rename).await, 204);
    let moved = json!({"account_id": new, "parent_id": unit});
    assert_eq!(post(&running, "move-account", moved).await, 204);
    let rows = running.simulator.accounts_of_parent(unit);
    assert_eq!(
        (rows[0].id.as_str(), rows[0].name.as_str()),
        (new, "renamed")
    );
    let account = json!({"account_id": new});
    assert_eq!(post(&running, "close-account", account.clone()).await, 204);
    assert_eq!(
        running.simulator.accounts_of_parent(unit)[0].state,
        "CLOSED"
    );
    assert_eq!(post(&running, "remove-account", account.clone()).await, 204);
    assert_eq!(post(&running, "close-account", account).await, 404);
    running.stop().await;
}

#[tokio::test]
async fn regions_are_enabled_and_disabled() {
    let running = Running::start(small(1)).await;
    let targets = || running.simulator.targets();
    let order = |region: &str| json!({"account_id": ACCOUNT, "region": region});
    assert_eq!(
        post(&running, "enable-region", order("us-west-2")).await,
        204
    );
    assert_eq!(post(&running, "disable-region", order(REGION)).await, 204);
    assert_eq!(targets(), [(ACCOUNT.to_owned(), "us-west-2".to_owned())]);
    running.stop().await;
}

#[tokio::test]
async fn instances_get_other_tags() {
    let running = Running::start(small(5)).await;
    let id = running.simulator.victim(ACCOUNT, REGION).unwrap();
    let tags = json!({"Team": "search", "Note": ""});
    let order = json!({"account_id": ACCOUNT, "region": REGION, "instance_id": id, "tags": tags});
    assert_eq!(post(&running, "tag", order).await, 204);
    let resource = running.simulator.resource(ACCOUNT, REGION, &id).unwrap();
    let tags = resource.tags.unwrap();
    assert_eq!(
        (tags.value("Team"), tags.value("Note")),
        (Some("search"), Some(""))
    );
    assert_eq!(tags.value("Environment"), None);
    running.stop().await;
}

#[tokio::test]
async fn what_nobody_can_do_is_refused() {
    let running = Running::start(small(1)).await;
    let account = json!({"account_id": ACCOUNT});
    for (work, order, status) in [
        ("create-account", account.clone(), 400),
        ("move-account", account.clone(), 400),
        (
            "move-account",
            json!({"account_id": ACCOUNT, "parent_id": "x"}),
            404,
        ),
        ("close-account", json!({}), 400),
        ("enable-region", account.clone(), 400),
        ("dance", account, 404),
    ] {
        assert_eq!(
            post(&running, work, order.clone()).await,
            status,
            "{work} {order}"
        );
    }
    running.stop().await;
}

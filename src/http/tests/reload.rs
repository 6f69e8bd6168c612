//! Clients that ask for the configuration to be read anew.

use super::*;

async fn ask(server: &Running, method: &str) -> Reply {
    let request = format!("{method} /-/reload HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    server.ask(&request).await
}

fn reloading(result: Result<(), String>) -> ConstantState {
    ConstantState {
        reload: Some(result),
        ..ConstantState::default()
    }
}

#[tokio::test]
async fn a_reload_is_forbidden_unless_it_is_allowed() {
    let server = start(ConstantState::default(), Limits::default()).await;
    for method in ["POST", "PUT"] {
        let reply = ask(&server, method).await;
        assert_eq!(reply.code, 403, "{method}");
        assert_eq!(reply.text(), "Lifecycle API is not enabled.\n");
    }
}

#[tokio::test]
async fn a_reload_is_answered_when_it_has_ended() {
    let server = start(reloading(Ok(())), Limits::default()).await;
    for method in ["POST", "PUT"] {
        assert_eq!(ask(&server, method).await.code, 200, "{method}");
    }
    let answered = server.exporter_state.answered.lock().unwrap().clone();
    assert_eq!(answered, [("reload", 200); 2]);
}

#[tokio::test]
async fn a_reload_that_fails_is_a_server_error_with_all_that_is_wrong() {
    let problems = "a.yaml:1: bad\n  hint: good\na.yaml:2: worse";
    let server = start(reloading(Err(problems.to_owned())), Limits::default()).await;
    let reply = ask(&server, "POST").await;
    assert_eq!(reply.code, 500);
    let expected = format!("failed to reload config: {problems}\n");
    assert_eq!(reply.text(), expected);
}

#[tokio::test]
async fn to_look_at_it_reloads_nothing() {
    for state in [ConstantState::default(), reloading(Ok(()))] {
        let server = start(state, Limits::default()).await;
        for method in ["GET", "DELETE", "OPTIONS"] {
            let reply = ask(&server, method).await;
            assert_eq!(
                (reply.code, reply.header("allow")),
                (405, Some("POST, PUT")),
                "{method}"
            );
        }
    }
}

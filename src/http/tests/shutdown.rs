//! Stopping takes a bounded time and does not cut an answer that can still end.

use super::*;

const REQUEST: &[u8] = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

/// Much less than the drain limit of 4 seconds, which a stop takes if it waits for something.
const AT_ONCE: Duration = Duration::from_secs(2);

#[tokio::test]
async fn idle_connections_do_not_delay_a_stop() {
    let server = start(ConstantState::default(), Limits::default()).await;
    let address = server.address;
    let silent = server.connect().await;
    let mut kept = server.connect().await;
    kept.send(REQUEST).await;
    assert_eq!(kept.reply(false).await.code, 200);
    assert!(server.stop().await < AT_ONCE);
    assert_eq!(silent.closed().await.1, b"");
    assert_eq!(kept.closed().await.1, b"");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn an_answer_under_way_is_finished() {
    let server = start(ConstantState::large(), Limits::default()).await;
    let mut client = server.connect().await;
    client.send(REQUEST).await;
    client.receive().await;
    let stop = tokio::spawn(server.stop());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!stop.is_finished());
    assert_eq!(client.reply(false).await.body.len(), 64 << 20);
    assert!(in_time(stop).await.unwrap() < AT_ONCE * 2);
    assert_eq!(client.closed().await.1, b"");
}

#[tokio::test]
async fn slow_clients_are_cut_when_the_drain_is_over() {
    let drain = Duration::from_millis(300);
    let server = start(
        ConstantState::large(),
        Limits {
            drain,
            ..Limits::default()
        },
    )
    .await;
    let mut reader = server.connect().await;
    reader.send(REQUEST).await;
    reader.receive().await;
    let mut writer = server.connect().await;
    writer.send(b"GET / HTTP/1.1\r\nX: ").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let took = server.stop().await;
    assert!(took >= drain && took < drain + AT_ONCE, "{took:?}");
    assert!(reader.closed().await.1.len() < 64 << 20);
    assert_eq!(writer.closed().await.1, b"");
}

#[tokio::test]
async fn dropping_the_server_closes_its_connections() {
    let server = start(ConstantState::default(), Limits::default()).await;
    let mut kept = server.connect().await;
    kept.send(REQUEST).await;
    assert_eq!(kept.reply(false).await.code, 200);
    server.task.abort();
    assert_eq!(kept.closed().await.1, b"");
}

#[test]
fn the_default_limits_end_within_five_seconds_of_a_signal() {
    assert!(Limits::default().drain < Duration::from_secs(5));
    assert!(Limits::default().response_timeout <= Duration::from_mins(1));
}

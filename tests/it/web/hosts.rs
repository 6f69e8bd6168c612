//! By which names the exporter may be asked for.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Program, Reply, in_time};

async fn ask_for(program: &Program, host: &str) -> Reply {
    let mut stream = TcpStream::connect(program.address).await.unwrap();
    let request = format!("GET /sd HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    in_time(host, stream.read_to_end(&mut answer))
        .await
        .unwrap();
    Reply::read(answer)
}

#[tokio::test]
async fn with_an_external_url_other_names_are_refused() {
    let url = ["--web.external-url", "https://tools.example.com/ssm"];
    let demo = ["demo", "--sim.instances=1", "--sim.latency=0"];
    let program = Program::start(&[], &[&demo[..], &url].concat()).await;
    for host in [
        "tools.example.com",
        "127.0.0.1:10068",
        "10.2.3.4",
        "[::1]:1",
        "localhost",
    ] {
        assert_ne!(ask_for(&program, host).await.code, 403, "{host}");
    }
    for host in [
        "evil.example.com",
        "tools.example.com.evil.example.com:10068",
    ] {
        let refused = ask_for(&program, host).await;
        assert_eq!(refused.code, 403, "{host}");
        assert!(refused.text().contains("--web.external-url"));
        assert!(!refused.text().contains("evil"));
    }
}

#[tokio::test]
async fn without_an_external_url_every_name_may_be_the_exporter() {
    let program = Program::start(&[], &["demo", "--sim.instances=1", "--sim.latency=0"]).await;
    assert_ne!(ask_for(&program, "exporter.example.com").await.code, 403);
}

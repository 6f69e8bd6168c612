//! Somebody tries passwords as fast as it goes, while the exporter is at work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::sleep;

use super::{PASSWORD, Site, USER, hash, login};
use crate::support::ask;

/// How long the storm lasts, in seconds; `STORM_SECONDS` for another time.
const STORM_SECONDS: u64 = 3;

/// Passwords tried in each second, if the machine is fast enough for both sides.
const PASSWORDS_PER_SECOND: u32 = 1_000;

/// Tries a password that nobody has tried before.
async fn attack(address: std::net::SocketAddr, number: u64) -> std::io::Result<u16> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = TcpStream::connect(address).await?;
    let login = login(USER, &format!("guess {number}"));
    let request = format!("GET /metrics HTTP/1.1\r\nHost: x\r\n{login}\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut start = [0; 12];
    stream.read_exact(&mut start).await?;
    Ok(String::from_utf8_lossy(&start[9..]).parse().unwrap_or(0))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_wrong_passwords_costs_no_scrape() {
    let config = format!("basic_auth_users: {{{USER}: '{}'}}\n", hash(PASSWORD, 10));
    let site = Site::start(&config, &["--sim.drift=1"]).await;
    let address = site.program.address;
    let good = login(USER, PASSWORD);
    assert_eq!(site.get("/metrics", &good).await.code, 200);
    let is_over = Arc::new(AtomicBool::new(false));
    let [tried, let_in] = [(); 2].map(|()| Arc::new(AtomicU64::new(0)));
    let storm = tokio::spawn({
        let (is_over, tried, let_in) = (is_over.clone(), tried.clone(), let_in.clone());
        async move {
            let mut tick = tokio::time::interval(Duration::from_secs(1) / PASSWORDS_PER_SECOND);
            while !is_over.load(Ordering::Relaxed) {
                tick.tick().await;
                let number = tried.fetch_add(1, Ordering::Relaxed);
                let let_in = let_in.clone();
                tokio::spawn(async move {
                    if let Ok(200) = attack(address, number).await {
                        let_in.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        }
    });
    let start = Instant::now();
    let [mut scrapes, mut probes] = [Vec::new(), Vec::new()];
    while start.elapsed() < storm_time() {
        for (path, times) in [("/metrics", &mut scrapes), ("/-/healthy", &mut probes)] {
            let asked = Instant::now();
            assert_eq!(ask(address, "GET", path, &good).await.code, 200, "{path}");
            times.push(asked.elapsed());
        }
        sleep(Duration::from_millis(20)).await;
    }
    is_over.store(true, Ordering::Relaxed);
    storm.await.unwrap();
    let tried = tried.load(Ordering::Relaxed);
    println!("{tried} passwords in {:?}", start.elapsed());
    let [scrapes, probes] = [scrapes, probes].map(Percentiles::of);
    println!("scrapes: {scrapes:?}, probes of health: {probes:?}");
    assert_eq!(let_in.load(Ordering::Relaxed), 0);
    assert!(tried > 300, "the storm was a breeze: {tried}");
    // Other tests want the processors, too; alone it is a few milliseconds.
    assert!(probes.p90 < Duration::from_millis(500), "{probes:?}");
}

fn storm_time() -> Duration {
    let seconds = std::env::var("STORM_SECONDS").ok();
    let seconds = seconds.and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(STORM_SECONDS))
}

/// How long so many answers took: half of them, nine tenths, and all.
#[derive(Debug)]
#[expect(dead_code, reason = "for people who measure")]
struct Percentiles {
    count: usize,
    p50: Duration,
    p90: Duration,
    max: Duration,
}

impl Percentiles {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        let count = times.len();
        let [p50, p90, max] = [count / 2, count * 9 / 10, count - 1].map(|index| times[index]);
        Self {
            count,
            p50,
            p90,
            max,
        }
    }
}

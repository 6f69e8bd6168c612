//! A whole refresh against an AWS whose limit nobody told, with paused time and without a wire.

use std::collections::HashMap;
use std::ops::Range;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::sleep;

use super::*;

const CEILING: f64 = 80.0;
const LATENCY: Duration = Duration::from_millis(100);
/// Details under way at once.
const UNDER_WAY: usize = 64;

/// A token bucket that holds a second's worth.
#[derive(Debug)]
struct Bucket {
    rate: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    fn full(rate: f64) -> Self {
        Self { rate, tokens: rate, filled: Instant::now() }
    }

    fn admit(&mut self) -> bool {
        let gained = self.filled.elapsed().as_secs_f64() * self.rate;
        (self.tokens, self.filled) = ((self.tokens + gained).min(self.rate), Instant::now());
        let admitted = self.tokens >= 1.0;
        self.tokens -= f64::from(u8::from(admitted));
        admitted
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Throttle {
    Shared,
    PerOperation,
}

/// What AWS does in the middle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Middle {
    Nothing,
    /// It allows half as much.
    Halves,
    /// Another client takes half of it.
    Shares,
}

struct Aws {
    throttle: Throttle,
    rate: RefCell<f64>,
    buckets: RefCell<HashMap<Option<Operation>, Bucket>>,
    /// When each attempt came, of what, and whether it was let through.
    log: RefCell<Vec<(Duration, Operation, bool)>>,
    start: Instant,
}

impl Aws {
    fn new(throttle: Throttle, rate: f64) -> Self {
        let (buckets, log) = Default::default();
        Self { throttle, rate: RefCell::new(rate), buckets, log, start: Instant::now() }
    }

    fn allow(&self, rate: f64) {
        *self.rate.borrow_mut() = rate;
        self.buckets.borrow_mut().clear();
    }

    fn admit(&self, operation: Operation) -> bool {
        let key = (self.throttle == Throttle::PerOperation).then_some(operation);
        let rate = *self.rate.borrow();
        self.buckets.borrow_mut().entry(key).or_insert_with(|| Bucket::full(rate)).admit()
    }

    async fn call(&self, limiter: &Limiter, operation: Operation) {
        let place = limiter.place(operation);
        loop {
            limiter.ticket(place).await;
            let sent = Instant::now();
            sleep(LATENCY / 2).await;
            let admitted = self.admit(operation);
            self.log.borrow_mut().push((self.start.elapsed(), operation, admitted));
            sleep(LATENCY / 2).await;
            if admitted {
                return limiter.answered();
            }
            limiter.throttled(operation, sent, None);
        }
    }

    /// Another client that calls half as often as AWS allows.
    async fn share(&self) {
        loop {
            sleep(Duration::from_secs_f64(2.0 / *self.rate.borrow())).await;
            for operation in Operation::ALL {
                if self.throttle == Throttle::PerOperation || operation == LIST {
                    self.admit(operation);
                }
            }
        }
    }

    fn count(&self, within: Range<Duration>, which: impl Fn(Operation, bool) -> bool) -> u32 {
        let log = self.log.borrow();
        let counted =
            log.iter().filter(|(at, operation, admitted)| within.contains(at) && which(*operation, *admitted));
        u32::try_from(counted.count()).expect("few")
    }
}

/// The calls of a refresh of 10,000 instances.
const CHAINS: [(Operation, u32); 7] = [
    (Operation::DescribeInstanceInformation, 200),
    (Operation::ListResourceComplianceSummaries, 240),
    (Operation::ListResourceComplianceSummaries, 240),
    (Operation::ListResourceComplianceSummaries, 60),
    (Operation::ListComplianceSummaries, 1),
    (Operation::DescribePatchBaselines, 1),
    (Operation::ListAssociations, 1),
];
const PATCHES: u32 = 200;
const ITEMS: u32 = 460;

fn calls_of(which: Operation) -> u32 {
    let chains: u32 = CHAINS.iter().filter(|(operation, _)| *operation == which).map(|(_, pages)| pages).sum();
    chains
        + match which {
            Operation::DescribeInstancePatchStates => PATCHES,
            Operation::ListComplianceItems => ITEMS,
            _ => 0,
        }
}

async fn refresh(aws: &Aws, limiter: &Limiter) {
    let details = async |operation: Operation, mut due: tokio::sync::mpsc::UnboundedReceiver<()>| {
        let (mut under_way, mut waiting) = (FuturesUnordered::new(), 0);
        loop {
            while under_way.len() < UNDER_WAY && waiting > 0 {
                waiting -= 1;
                under_way.push(aws.call(limiter, operation));
            }
            tokio::select! {
                Some(()) = due.recv() => waiting += 1,
                Some(()) = under_way.next() => {}
                else => break,
            }
        }
    };
    let (patches, patches_due) = unbounded_channel();
    let (items, items_due) = unbounded_channel();
    let chain = async |operation: Operation, pages: u32, due: Option<(UnboundedSender<()>, UnboundedSender<()>)>| {
        for page in 0..pages {
            aws.call(limiter, operation).await;
            if let Some((patches, items)) = &due {
                patches.send(()).expect("open");
                for _ in ITEMS * page / pages..ITEMS * (page + 1) / pages {
                    items.send(()).expect("open");
                }
            }
        }
    };
    let mut due = Some((patches, items));
    let chains: Vec<_> = CHAINS.iter().map(|(operation, pages)| chain(*operation, *pages, due.take())).collect();
    tokio::join!(
        join_all(chains),
        details(Operation::DescribeInstancePatchStates, patches_due),
        details(Operation::ListComplianceItems, items_due)
    );
}

/// How long a refresh took, in bounds, and the share of attempts that were throttled.
async fn measured(throttle: Throttle, rate: f64, middle: Middle, verbose: bool) -> (f64, f64) {
    let (aws, limiter) = (Aws::new(throttle, rate), limiter(CEILING));
    let per_second = |rate: f64| match throttle {
        Throttle::Shared => rate.min(CEILING),
        // Each of its own, all below the ceiling: what the most wanted takes.
        Throttle::PerOperation => {
            let total: u32 = Operation::ALL.into_iter().map(calls_of).sum();
            let longest = Operation::ALL.into_iter().map(calls_of).max().expect("some");
            (rate * f64::from(total) / f64::from(longest)).min(CEILING)
        }
    };
    let total = f64::from(Operation::ALL.into_iter().map(calls_of).sum::<u32>());
    let chain = LATENCY.as_secs_f64() * 240.0;
    let at = (total / per_second(rate)).max(chain) / 2.0;
    let bound = match middle {
        Middle::Nothing => (total / per_second(rate)).max(chain),
        _ => at + (total - at * (total / (2.0 * at))) / per_second(rate / 2.0).min(total / chain),
    };
    let change = async {
        sleep(Duration::from_secs_f64(at)).await;
        match middle {
            Middle::Nothing => {}
            Middle::Halves => aws.allow(rate / 2.0),
            Middle::Shares => aws.share().await,
        }
        std::future::pending::<()>().await;
    };
    limiter.begin();
    tokio::select! {
        () = refresh(&aws, &limiter) => {}
        () = change => {}
    }
    let took = aws.start.elapsed();
    if verbose {
        for second in 0..took.as_secs() + 1 {
            let within = Duration::from_secs(second)..Duration::from_secs(second + 1);
            let by: Vec<_> = [0, 1, 3, 6]
                .map(|operation| {
                    let operation = Operation::ALL[operation];
                    let count = |admitted| aws.count(within.clone(), |one, was| one == operation && was == admitted);
                    format!("{:3}/{:<2}", count(true), count(false))
                })
                .into();
            let all = aws.count(within.clone(), |_, admitted| admitted);
            eprintln!("{second:3}: {all:3} {}", by.join(" "));
        }
    }
    let all = Duration::ZERO..Duration::MAX;
    let (refused, made) = (aws.count(all.clone(), |_, admitted| !admitted), aws.count(all, |_, _| true));
    (took.as_secs_f64() / bound, f64::from(refused) / f64::from(made))
}

#[tokio::test(start_paused = true)]
async fn explore() {
    measured(Throttle::PerOperation, 10.0, Middle::Nothing, true).await;
    for throttle in [Throttle::Shared, Throttle::PerOperation] {
        for middle in [Middle::Nothing, Middle::Halves, Middle::Shares] {
            for rate in [5.0, 10.0, 15.0, 20.0, 40.0] {
                let mut all = Vec::new();
                for _ in 0..5 {
                    all.push(measured(throttle, rate, middle, false).await);
                }
                let text: Vec<_> =
                    all.iter().map(|(took, refused)| format!("{took:.2} {:.1}%", refused * 100.0)).collect();
                eprintln!("{throttle:?} {middle:?} {rate}: {}", text.join("  "));
            }
        }
    }
}

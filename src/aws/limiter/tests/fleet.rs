//! A whole refresh against an AWS whose limits are unknown, with paused time and without sockets.

use std::collections::HashMap;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::sleep;

use super::*;

const CEILING: f64 = 80.0;
const LATENCY: Duration = Duration::from_millis(100);
/// How many details are under way at once.
const UNDER_WAY: usize = 64;

/// A token bucket that holds a second's worth of requests.
#[derive(Debug)]
struct Bucket {
    rate: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    fn full(rate: f64) -> Self {
        Self {
            rate,
            tokens: rate,
            filled: Instant::now(),
        }
    }

    fn admit(&mut self) -> bool {
        let gained = self.filled.elapsed().as_secs_f64() * self.rate;
        self.tokens = (self.tokens + gained).min(self.rate);
        self.filled = Instant::now();
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

/// What happens in the middle of the refresh.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Middle {
    Nothing,
    /// AWS allows half as much from then on.
    Halves,
    /// Another client takes half of what AWS allows.
    Shares,
}

struct Aws {
    throttle: Throttle,
    rate: RefCell<f64>,
    buckets: RefCell<HashMap<Option<Operation>, Bucket>>,
    /// Whether each attempt was let through, in order.
    answers: RefCell<Vec<bool>>,
    start: Instant,
}

impl Aws {
    fn new(throttle: Throttle, rate: f64) -> Self {
        Self {
            throttle,
            rate: RefCell::new(rate),
            buckets: RefCell::default(),
            answers: RefCell::default(),
            start: Instant::now(),
        }
    }

    fn allow(&self, rate: f64) {
        *self.rate.borrow_mut() = rate;
        self.buckets.borrow_mut().clear();
    }

    fn admit(&self, operation: Operation) -> bool {
        let key = (self.throttle == Throttle::PerOperation).then_some(operation);
        let rate = *self.rate.borrow();
        self.buckets
            .borrow_mut()
            .entry(key)
            .or_insert_with(|| Bucket::full(rate))
            .admit()
    }

    async fn call(&self, limiter: &Limiter, operation: Operation) {
        let position = limiter.next_position(operation);
        loop {
            limiter.permit(position).await;
            let sent = Instant::now();
            sleep(LATENCY / 2).await;
            let admitted = self.admit(operation);
            self.answers.borrow_mut().push(admitted);
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
            let rate = *self.rate.borrow();
            sleep(Duration::from_secs_f64(2.0 / rate)).await;
            for operation in Operation::OF_REFRESH {
                if self.throttle == Throttle::PerOperation || operation == LIST {
                    self.admit(operation);
                }
            }
        }
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
    let chains: u32 = CHAINS
        .iter()
        .filter(|(operation, _)| *operation == which)
        .map(|(_, pages)| pages)
        .sum();
    chains
        + match which {
            Operation::DescribeInstancePatchStates => PATCHES,
            Operation::ListComplianceItems => ITEMS,
            _ => 0,
        }
}

async fn refresh(aws: &Aws, limiter: &Limiter) {
    let details = async |operation: Operation,
                         mut due: tokio::sync::mpsc::UnboundedReceiver<()>| {
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
    let chain = async |operation: Operation,
                       pages: u32,
                       due: Option<(UnboundedSender<()>, UnboundedSender<()>)>| {
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
    let chains: Vec<_> = CHAINS
        .iter()
        .map(|(operation, pages)| chain(*operation, *pages, due.take()))
        .collect();
    tokio::join!(
        join_all(chains),
        details(Operation::DescribeInstancePatchStates, patches_due),
        details(Operation::ListComplianceItems, items_due)
    );
}

/// How many seconds a refresh takes that knows the limits, and after how many its middle is.
fn bound(throttle: Throttle, rate: f64, middle: Middle) -> (f64, f64) {
    let calls = Operation::OF_REFRESH.map(calls_of);
    let calls = f64::from(match throttle {
        Throttle::Shared => calls.iter().sum::<u32>(),
        Throttle::PerOperation => calls.into_iter().max().expect("some"),
    });
    let half = calls / rate / 2.0;
    // The pages of a listing come one after the other.
    let longest = 240.0 * LATENCY.as_secs_f64();
    (
        (if middle == Middle::Nothing {
            2.0 * half
        } else {
            3.0 * half
        })
        .max(longest),
        half,
    )
}

/// How long a refresh took, as a multiple of the bound, and how many attempts in a hundred were
/// throttled.
async fn measured(throttle: Throttle, rate: f64, middle: Middle) -> (f64, f64) {
    let aws = Aws::new(throttle, rate);
    let limiter = limiter(CEILING);
    let (bound, half) = bound(throttle, rate, middle);
    let change = async {
        sleep(Duration::from_secs_f64(half)).await;
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
    let answers = aws.answers.borrow();
    let refused = answers.iter().filter(|admitted| !**admitted).count();
    let count = |count: usize| f64::from(u32::try_from(count).expect("few"));
    (
        aws.start.elapsed().as_secs_f64() / bound,
        100.0 * count(refused) / count(answers.len()),
    )
}

#[tokio::test(start_paused = true)]
async fn a_shared_limit_is_learnt_whatever_happens_to_it() {
    for middle in [Middle::Nothing, Middle::Halves, Middle::Shares] {
        let (took, throttled) = measured(Throttle::Shared, 40.0, middle).await;
        assert!(
            took <= 1.2 && throttled <= 1.0,
            "{middle:?}: {took:.2} bounds, {throttled:.1} % throttled"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn limits_of_each_operation_are_learnt_apart() {
    let (took, throttled) = measured(Throttle::PerOperation, 10.0, Middle::Nothing).await;
    assert!(
        took <= 1.2 && throttled <= 1.0,
        "{took:.2} bounds, {throttled:.1} % throttled"
    );
}

/// Prints figures for whoever tunes the constants: `cargo test --lib limiter::tests::fleet -- --ignored --nocapture`.
#[tokio::test(start_paused = true)]
#[ignore = "prints figures for whoever tunes the constants"]
async fn figures() {
    for throttle in [Throttle::Shared, Throttle::PerOperation] {
        for middle in [Middle::Nothing, Middle::Halves, Middle::Shares] {
            for rate in [5.0, 10.0, 15.0, 20.0, 40.0] {
                let mut runs = Vec::new();
                for _ in 0..5 {
                    let (took, throttled) = measured(throttle, rate, middle).await;
                    runs.push(format!("{took:.2} {throttled:.1} %"));
                }
                eprintln!("{throttle:?} {middle:?} {rate}/s: {}", runs.join(", "));
            }
        }
    }
}

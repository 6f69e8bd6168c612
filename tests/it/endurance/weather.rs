//! Faults of AWS that come and go.

use ssm_simulator::{Fault, FaultKind};
use tokio::time::{Duration, Instant, sleep};

use super::scraping::scrape;
use super::truth::Truth;
use crate::support::{Aws, Program};

/// Injects faults for this long, and reads the page all the while.
pub(super) async fn run_for(time: Duration, aws: &Aws, program: &Program, truth: &Truth) {
    let end = Instant::now() + time;
    let mut turn = 0_u64;
    while Instant::now() < end {
        // Every third turn is good weather, in which targets may recover.
        let storm = if turn % 3 == 2 { vec![] } else { storm(turn) };
        aws.break_with(storm);
        for _ in 0..8 {
            if let Some(page) = scrape(program.address).await {
                truth.check(&page);
            }
            sleep(Duration::from_millis(200)).await;
        }
        turn += 1;
    }
}

/// Some faults at once: another mix in each turn.
fn storm(turn: u64) -> Vec<Fault> {
    let rarely = |kind, rate| Fault {
        rate,
        ..Fault::always(kind)
    };
    let all = [
        rarely(FaultKind::ExpiredToken, 0.2),
        rarely(FaultKind::RefusedToken, 0.2),
        rarely(FaultKind::EmptyObject, 0.3),
        rarely(FaultKind::EmptyBody, 0.3),
        rarely(FaultKind::NoContent, 0.3),
        rarely(FaultKind::WrongList, 0.3),
        rarely(FaultKind::ErrorBody, 0.1),
        rarely(FaultKind::Truncate, 0.2),
        rarely(FaultKind::Html200, 0.2),
        rarely(FaultKind::Reset, 0.2),
        rarely(FaultKind::Hang, 0.02),
        rarely(FaultKind::HugeBody, 0.005),
        rarely(FaultKind::Deny, 1.0).of("AssumeRole"),
        Fault::always(FaultKind::EmptyObject),
    ];
    let count = all.len() as u64;
    let chosen = [turn * 5 % count, turn * 7 % count, turn * 11 % count];
    all.into_iter()
        .zip(0..)
        .filter(|(_, number)| chosen.contains(number))
        .map(|(fault, _)| fault)
        .collect()
}

//! One trial of an input.

use std::any::Any;
use std::cell::Cell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::time::Duration;

use super::cost::{allowance, cost_of};

/// An input that took too long is measured again, because the processor may have been slowed down.
const MEASUREMENTS: usize = 3;

thread_local! {
    /// Whether panics of this thread are told by whoever catches them.
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// What an input has led to, and what it took of the processor.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) kind: u64,
    pub(crate) cost: Duration,
}

/// Tries an input. The error says why it is a fault.
pub(crate) fn try_input<O: Hash>(
    check: &impl Fn(&[u8]) -> O,
    per_kilobyte: Duration,
    input: &[u8],
) -> Result<Outcome, String> {
    let outcome = outcome_of(check, input)?;
    let allowed = allowance(input.len(), per_kilobyte);
    let mut least = outcome.cost;
    for _ in 1..MEASUREMENTS {
        if least <= allowed {
            return Ok(outcome);
        }
        least = least.min(outcome_of(check, input)?.cost);
    }
    let bytes = input.len();
    Err(format!(
        "{bytes} bytes take {least:.1?}, more than {allowed:.1?}"
    ))
}

fn outcome_of<O: Hash>(check: &impl Fn(&[u8]) -> O, input: &[u8]) -> Result<Outcome, String> {
    let mut kind = DefaultHasher::new();
    let mut caught = Ok(());
    let cost = cost_of(|| caught = silently(|| check(input).hash(&mut kind)));
    caught?;
    let kind = kind.finish();
    Ok(Outcome { kind, cost })
}

/// Does the work; what a panic says is the error, and is not printed.
fn silently(work: impl FnOnce()) -> Result<(), String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !IS_CAUGHT.get() {
                print(panic);
            }
        }));
    });
    IS_CAUGHT.set(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(false);
    done.map_err(|panic| said_by(&*panic))
}

fn said_by(panic: &(dyn Any + Send)) -> String {
    let formatted = panic.downcast_ref::<String>().map(String::as_str);
    let said = formatted.or_else(|| panic.downcast_ref::<&str>().copied());
    said.unwrap_or("it panics").to_owned()
}

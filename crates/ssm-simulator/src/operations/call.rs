//! One call of an operation.

use super::input::Input;
use super::page::{self, PageRequest};
use super::table::Operation;
use crate::fault::ActiveFaults;
use crate::refusal::Refusal;
use crate::target::SimulatedTarget;

/// A call that has passed all checks which do not depend on its operation.
pub(crate) struct CallRequest<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) target: &'a mut SimulatedTarget,
    pub(crate) input: &'a Input,
    pub(crate) faults: &'a ActiveFaults,
}

/// The JSON of the answer. `next_chain` numbers the chains of pages that answer the same question,
/// given the hash of the question.
pub(crate) fn answer(
    request: CallRequest<'_>,
    next_chain: impl FnOnce(u64) -> u16,
) -> Result<Vec<u8>, Refusal> {
    let CallRequest {
        operation,
        target,
        input,
        faults,
    } = request;
    let answer = match operation {
        Operation::List(operation) => {
            let page = PageRequest {
                operation,
                source: &*target,
                input,
                faults,
            };
            return page::answer(&page, next_chain);
        }
        Operation::Read(operation) => (operation.read)(target, input)?,
        Operation::Change(operation) => (operation.change)(target, input)?,
    };
    Ok(answer.to_string().into_bytes())
}

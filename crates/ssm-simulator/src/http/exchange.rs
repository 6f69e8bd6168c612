//! Decides how one request ends.
//!
//! The order is that of AWS: the operation must exist, the credentials must be good and the rate
//! limit must let the call through. Then faults may refuse or replace the answer, and only if none
//! does, the operation is asked.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use hyper::Response;

use super::answer::{self, AnswerFormat};
use super::authorization::authorize;
use super::body::AnswerBody;
use super::credentials::{CredentialScope, read_scope};
use super::request::{ReceivedRequest, RequestedOperation};
use crate::ec2;
use crate::fault::{ActiveFaults, Effect, FaultKind, Replacement};
use crate::operations::{self, CallRequest, Input, ListAnswer, ListSource, Operation, PageRequest};
use crate::organization::{Organization, partition_of};
use crate::random;
use crate::refusal::{Refusal, RefusedCall};
use crate::state::{LoggedRequest, SharedState, TargetState};
use crate::sts::{self, Form, RoleArn};
use crate::target::SimulatedTarget;
use crate::time;

/// The faults that the request log names although the answer is a success, the first one first.
const LOGGED_SUCCESSES: [FaultKind; 3] = [
    FaultKind::Truncate,
    FaultKind::HugeBody,
    FaultKind::WrongList,
];

/// How a request ends.
pub(super) enum Ending {
    Answer(Response<AnswerBody>),
    /// The connection ends without an answer.
    Reset,
    /// No answer ever comes.
    Hang,
}

/// How a request ends, and what the request log says about it.
struct Outcome {
    ending: Ending,
    log_name: &'static str,
}

/// One request that names an operation, and its credentials.
struct Call<'a> {
    state: &'a SharedState,
    request: ReceivedRequest<'a>,
    operation: &'a RequestedOperation,
    scope: &'a CredentialScope,
    request_number: u64,
    format: AnswerFormat<'a>,
}

/// Answers one request and logs it.
pub(super) fn answer_request(state: &SharedState, request: ReceivedRequest<'_>) -> Ending {
    let mut log = LoggedRequest {
        at: Instant::now(),
        account: String::new(),
        region: String::new(),
        operation: String::new(),
        outcome: String::new(),
        body: String::from_utf8_lossy(request.body).into_owned(),
    };
    let outcome = exchange(state, request, &mut log);
    outcome.log_name.clone_into(&mut log.outcome);
    state.request_log().record(log);
    outcome.ending
}

fn exchange(state: &SharedState, request: ReceivedRequest<'_>, log: &mut LoggedRequest) -> Outcome {
    let request_number = state.next_request();
    let request_id = request_id(state, request_number);
    let operation = request.operation();
    let format = AnswerFormat {
        protocol: request.protocol(operation.as_ref().ok()),
        request_id: &request_id,
    };
    let operation = match operation {
        Ok(operation) => operation,
        Err(refusal) => return refused(&refusal, format),
    };
    // What is known of a request is logged even if the next check refuses it.
    operation.name().clone_into(&mut log.operation);
    let scope = match read_scope(state, request, operation.service()) {
        Ok(scope) => scope,
        Err(refusal) => return refused(&refusal, format),
    };
    log.account.clone_from(&scope.account);
    log.region.clone_from(&scope.region);
    let call = Call {
        state,
        request,
        operation: &operation,
        scope: &scope,
        request_number,
        format,
    };
    call.outcome(log.at)
}

/// Ids follow from the seed. Two runs of a test can then be compared.
fn request_id(state: &SharedState, request_number: u64) -> String {
    random::uuid(random::join(state.options().seed, request_number))
}

impl Call<'_> {
    fn outcome(&self, arrived_at: Instant) -> Outcome {
        if !self.is_admitted(arrived_at) {
            let refusal = Refusal::throttled_by(self.operation.service());
            return refused(&refusal, self.format);
        }
        let faults = self.faults();
        if let Some(refusal) = self.refusal_by_fault(&faults) {
            return refused(&refusal, self.format);
        }
        if let Some(outcome) = self.replacement(&faults) {
            return outcome;
        }
        match self.authorize().and_then(|()| self.body(&faults)) {
            Ok(body) => self.success(body, &faults),
            Err(refusal) => refused(&refusal, self.format),
        }
    }

    /// Whether the rate limit lets the call through. Other services than SSM have limits of their own,
    /// which are not simulated.
    fn is_admitted(&self, arrived_at: Instant) -> bool {
        match self.operation {
            RequestedOperation::Ssm(operation) => self.state.admit(
                &self.scope.account,
                &self.scope.region,
                operation.name(),
                arrived_at,
            ),
            _ => true,
        }
    }

    fn faults(&self) -> ActiveFaults {
        // A role is refused by the account that it belongs to, and not by that of the caller.
        let role_account = match self.operation {
            RequestedOperation::Sts { form, .. } => role_account(form),
            _ => None,
        };
        self.state.active_faults(
            self.operation.service(),
            self.operation.name(),
            role_account.unwrap_or(&self.scope.account),
            &self.scope.region,
        )
    }

    /// What policies say is asked after the faults, which stand for refusals of any kind.
    fn authorize(&self) -> Result<(), Refusal> {
        match &*self.state.policy() {
            Some(policy) => authorize(policy, self.operation, self.request, self.scope),
            None => Ok(()),
        }
    }

    fn refusal_by_fault(&self, faults: &ActiveFaults) -> Option<Refusal> {
        let call = RefusedCall {
            account: &self.scope.account,
            service: self.operation.service(),
            operation: self.operation.name(),
        };
        faults.kinds().find_map(|kind| match kind.effect() {
            Effect::Refuse(refuse) => Some(refuse(&call)),
            _ => None,
        })
    }

    fn replacement(&self, faults: &ActiveFaults) -> Option<Outcome> {
        faults.kinds().find_map(|kind| match kind.effect() {
            Effect::Replace(replacement) => Some(replaced(kind, replacement, self.format)),
            _ => None,
        })
    }

    fn body(&self, faults: &ActiveFaults) -> Result<Vec<u8>, Refusal> {
        match self.operation {
            RequestedOperation::Ssm(operation) => self.ssm_answer(operation, faults),
            RequestedOperation::Ec2 { action, form } => self.ec2_answer(action, form),
            RequestedOperation::Sts { action, form } => self.identity(action, form),
            RequestedOperation::Organizations(list) => self.organizations_answer(list, faults),
            RequestedOperation::Tagging(list) => self.tagging_answer(list, faults),
            RequestedOperation::ListRegions => self.account_answer(faults),
        }
    }

    fn ssm_answer(
        &self,
        operation: &'static Operation,
        faults: &ActiveFaults,
    ) -> Result<Vec<u8>, Refusal> {
        let input = self.input()?;
        let target = self.target()?;
        let mut target = target.lock();
        let call = CallRequest {
            operation,
            target: &mut target,
            input: &input,
            faults,
        };
        operations::answer(call, |question| self.state.next_chain(question))
    }

    /// The account and region of the credentials.
    fn target(&self) -> Result<Arc<TargetState>, Refusal> {
        let CredentialScope { account, region } = self.scope;
        let target = self.state.target(account, region);
        target.ok_or_else(Refusal::invalid_credentials)
    }

    /// The body is parsed last: a call that is refused for its credentials or its rate may contain
    /// anything.
    fn input(&self) -> Result<Input, Refusal> {
        serde_json::from_slice(self.request.body)
            .map_err(|_| Refusal::bare("SerializationException"))
    }

    fn organizations_answer(
        &self,
        operation: &'static ListAnswer<Organization>,
        faults: &ActiveFaults,
    ) -> Result<Vec<u8>, Refusal> {
        let input = self.input()?;
        let organization = self.state.organization();
        operations::check_reader(&organization, &self.scope.account)?;
        self.page(operation, &*organization, &input, faults)
    }

    fn tagging_answer(
        &self,
        operation: &'static ListAnswer<SimulatedTarget>,
        faults: &ActiveFaults,
    ) -> Result<Vec<u8>, Refusal> {
        let input = self.input()?;
        let target = self.target()?;
        self.page(operation, &*target.lock(), &input, faults)
    }

    fn account_answer(&self, faults: &ActiveFaults) -> Result<Vec<u8>, Refusal> {
        let input = self.input()?;
        let CredentialScope { account, region } = self.scope;
        let organization = self.state.organization();
        let regions = operations::asked_regions(&organization, account, &input, region)?;
        self.page(&operations::LIST_REGIONS, &regions, &input, faults)
    }

    fn page<S: ListSource>(
        &self,
        operation: &'static ListAnswer<S>,
        source: &S,
        input: &Input,
        faults: &ActiveFaults,
    ) -> Result<Vec<u8>, Refusal> {
        let page = PageRequest {
            operation,
            source,
            input,
            faults,
        };
        operations::answer_page(&page, |question| self.state.next_chain(question))
    }

    fn ec2_answer(&self, action: &str, form: &Form) -> Result<Vec<u8>, Refusal> {
        let target = self.target()?;
        let enabled = &self.state.options().regions;
        let result = ec2::answer(action, form, &mut target.lock(), enabled)?;
        let document = ec2::answer_document(action, &result, self.format.request_id);
        Ok(document.into_bytes())
    }

    fn identity(&self, action: &str, form: &Form) -> Result<Vec<u8>, Refusal> {
        let options = self.state.options();
        let organization = self.state.organization();
        let caller = sts::Caller {
            account: &self.scope.account,
            partition: partition_of(&self.scope.region),
            organization: &organization,
            external_ids: &options.external_ids,
            now: time::epoch(SystemTime::now()),
            request_number: self.request_number,
        };
        let result = sts::answer(action, form, &caller)?;
        if let Some(account) = role_account(form) {
            let access_key = sts::session_access_key(account, self.request_number);
            self.state.begin_session(access_key);
        }
        let document = sts::answer_document(action, &result, self.format.request_id);
        Ok(document.into_bytes())
    }

    /// The success as it is sent, which faults of the body may have damaged.
    fn success(&self, mut bytes: Vec<u8>, faults: &ActiveFaults) -> Outcome {
        // A body of half the length has the right `Content-Length`, so that only the JSON is broken
        // and not HTTP.
        if faults.has(FaultKind::Truncate) {
            bytes.truncate(bytes.len() / 2);
        }
        let mut body = AnswerBody::from(bytes);
        if faults.has(FaultKind::HugeBody) {
            body = body.after_white_space();
        }
        let logged = LOGGED_SUCCESSES.into_iter().find(|kind| faults.has(*kind));
        Outcome {
            ending: Ending::Answer(self.format.success(body)),
            log_name: logged.map_or("ok", FaultKind::name),
        }
    }
}

fn refused(refusal: &Refusal, format: AnswerFormat<'_>) -> Outcome {
    Outcome {
        ending: Ending::Answer(format.refusal(refusal)),
        log_name: refusal.code,
    }
}

fn replaced(kind: FaultKind, replacement: Replacement, format: AnswerFormat<'_>) -> Outcome {
    let ending = match replacement {
        Replacement::Reset => Ending::Reset,
        Replacement::Hang => Ending::Hang,
        Replacement::Html(status) => Ending::Answer(answer::html(status)),
        Replacement::Body(text) => {
            let body = AnswerBody::from(text.as_bytes().to_vec());
            Ending::Answer(format.success(body))
        }
        Replacement::NoContent => Ending::Answer(format.no_content()),
        Replacement::ErrorWithStatus200(refusal) => {
            return refused(&refusal().with_status(200), format);
        }
    };
    Outcome {
        ending,
        log_name: kind.name(),
    }
}

/// The account of the role that a form asks for.
fn role_account(form: &Form) -> Option<&str> {
    let role = RoleArn::parse(form.role_arn())?;
    Some(role.account)
}

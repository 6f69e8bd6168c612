//! One fault and the calls that it hits.

use super::kind::FaultKind;
use crate::service::Service;

/// A fault that hits some calls.
///
/// Without an operation, it hits all operations of SSM. Those of other services must be named: a
/// client that could not get an identity or accounts would never meet the fault elsewhere.
///
/// The command line writes a fault as `KIND[:OPERATION[@ACCOUNT[/REGION]]][:RATE]`:
///
/// ```
/// use ssm_simulator::{Fault, FaultKind};
///
/// let fault: Fault = "deny:ListAssociations@111122223333/eu-west-1".parse()?;
/// let same = Fault::always(FaultKind::Deny)
///     .of("ListAssociations")
///     .at("111122223333", "eu-west-1");
/// assert_eq!(fault, same);
///
/// let sometimes: Fault = "throttle:0.1".parse()?;
/// assert_eq!((sometimes.kind, sometimes.rate), (FaultKind::Throttle, 0.1));
/// # Ok::<(), ssm_simulator::FaultError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// The only operation that the fault hits, as AWS spells it.
    pub operation: Option<String>,
    /// The only account that the fault hits.
    pub account: Option<String>,
    /// The only region that the fault hits.
    pub region: Option<String>,
    /// The share of the calls that the fault hits, from 0 to 1.
    pub rate: f64,
}

impl Fault {
    /// A fault of every call of every operation of SSM.
    pub const fn always(kind: FaultKind) -> Self {
        Self {
            kind,
            operation: None,
            account: None,
            region: None,
            rate: 1.0,
        }
    }

    /// The same fault, but of one operation only.
    pub fn of(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// The same fault, but in one target only.
    pub fn at(mut self, account: &str, region: &str) -> Self {
        self.account = Some(account.to_owned());
        self.region = Some(region.to_owned());
        self
    }

    /// Whether the fault may hit a call.
    pub(crate) fn covers(
        &self,
        service: Service,
        operation: &str,
        account: &str,
        region: &str,
    ) -> bool {
        let covers_operation = match &self.operation {
            Some(name) => name == operation,
            None => service.is_hit_by_unnamed_faults(),
        };
        covers_operation
            && self.account.as_deref().is_none_or(|name| name == account)
            && self.region.as_deref().is_none_or(|name| name == region)
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;
    use crate::FaultKind;
    use crate::service::Service;

    #[test]
    fn a_fault_without_an_operation_spares_the_identity() {
        let fault = Fault::always(FaultKind::Deny);
        assert!(fault.covers(Service::Ssm, "ListAssociations", "a", "r"));
        assert!(!fault.covers(Service::Sts, "GetCallerIdentity", "a", "r"));
        assert!(fault.clone().of("GetCallerIdentity").covers(
            Service::Sts,
            "GetCallerIdentity",
            "a",
            "r"
        ));
        assert!(
            !fault
                .at("a", "other")
                .covers(Service::Ssm, "ListAssociations", "a", "r")
        );
        let fault = Fault::always(FaultKind::Deny);
        assert!(!fault.covers(Service::Organizations, "ListAccounts", "a", "r"));
    }
}

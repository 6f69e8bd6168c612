//! Faults on command: what they are called, where they apply and how often.

use std::str::FromStr;

use super::operations;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// `ThrottlingException`.
    Throttle,
    /// `ThrottlingException` that says when to come back (`x-amz-retry-after`, 300 ms).
    ThrottleRetryAfter,
    /// `AccessDeniedException`.
    Deny,
    /// `ExpiredTokenException`.
    ExpiredToken,
    /// `UnrecognizedClientException`.
    InvalidCredentials,
    /// `InternalServerError`, HTTP 500.
    Error500,
    /// A load balancer's page instead of an answer, HTTP 503.
    Html503,
    /// A proxy's page instead of an answer, HTTP 200.
    Html200,
    /// The JSON ends in its middle.
    Truncate,
    /// The connection ends without an answer.
    Reset,
    /// No answer ever.
    Hang,
    /// The next page's token is the one just used.
    RepeatToken,
    /// The list begins anew at its end, with fresh tokens.
    EndlessChain,
    /// The row of one instance lacks a member that the model requires.
    BadRow,
    /// A page without rows between two others.
    EmptyPage,
    /// The last page has an empty token.
    EmptyToken,
    /// Rows occur twice.
    DuplicateRows,
    /// Between two pages of a chain a row moves: in one reading it is missed, in the next it is met
    /// twice.
    MovingRows,
    /// Patch states are those of before the last step of drift.
    LagPatches,
    /// HTTP 200 without a body.
    EmptyBody,
    /// HTTP 200 with `{}`.
    EmptyObject,
    /// HTTP 204.
    NoContent,
    /// The rows stand under a name that the operation does not have.
    WrongList,
    /// HTTP 200 with the body of a `ThrottlingException`.
    ErrorBody,
    /// `InvalidNextToken` for a token that was given out by the page before. With a rate, another
    /// try may pass.
    RefusedToken,
    /// The list ends, without a token, after the first fifth of its rows.
    ShortList,
    /// 64 MiB of white space come before the answer.
    HugeBody,
}

/// Every kind with its name on the command line.
const KINDS: [(&str, FaultKind); 27] = [
    ("throttle", FaultKind::Throttle),
    ("throttle-retry-after", FaultKind::ThrottleRetryAfter),
    ("deny", FaultKind::Deny),
    ("expired-token", FaultKind::ExpiredToken),
    ("invalid-credentials", FaultKind::InvalidCredentials),
    ("error500", FaultKind::Error500),
    ("html503", FaultKind::Html503),
    ("html200", FaultKind::Html200),
    ("truncate", FaultKind::Truncate),
    ("reset", FaultKind::Reset),
    ("hang", FaultKind::Hang),
    ("repeat-token", FaultKind::RepeatToken),
    ("endless-chain", FaultKind::EndlessChain),
    ("bad-row", FaultKind::BadRow),
    ("empty-page", FaultKind::EmptyPage),
    ("empty-token", FaultKind::EmptyToken),
    ("duplicate-rows", FaultKind::DuplicateRows),
    ("moving-rows", FaultKind::MovingRows),
    ("lag-patches", FaultKind::LagPatches),
    ("empty-body", FaultKind::EmptyBody),
    ("empty-object", FaultKind::EmptyObject),
    ("no-content", FaultKind::NoContent),
    ("wrong-list", FaultKind::WrongList),
    ("error-body", FaultKind::ErrorBody),
    ("refused-token", FaultKind::RefusedToken),
    ("short-list", FaultKind::ShortList),
    ("huge-body", FaultKind::HugeBody),
];

/// One fault. Without an operation it applies to all operations but those of STS, which have to be
/// named: an exporter without an identity meets nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// The operation, as AWS spells it.
    pub operation: Option<String>,
    /// Only in this account.
    pub account: Option<String>,
    /// Only in this region.
    pub region: Option<String>,
    /// Share of the calls that it hits, 0 to 1.
    pub rate: f64,
}

/// Why the text of a fault was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No such kind.
    #[error("unknown fault \"{0}\", expected one of {list}", list = names())]
    Kind(String),
    /// No such operation.
    #[error("unknown operation \"{0}\" in a fault, expected * or one of {list}", list = operations::names().join(", "))]
    Operation(String),
    /// Not a share.
    #[error("the rate \"{0}\" of a fault is not a number between 0 and 1")]
    Rate(String),
    /// Not an account id.
    #[error("the account \"{0}\" of a fault is not a number of 12 digits")]
    Account(String),
    /// Too many parts.
    #[error("\"{0}\" is not a fault, expected KIND[:OPERATION[@ACCOUNT[/REGION]]][:RATE]")]
    Shape(String),
}

impl FaultKind {
    /// The names of all kinds, for help texts.
    pub fn names() -> Vec<&'static str> {
        KINDS.iter().map(|(name, _)| *name).collect()
    }
}

fn names() -> String {
    FaultKind::names().join(", ")
}

impl Fault {
    /// A fault of every call of every operation but STS's.
    pub const fn always(kind: FaultKind) -> Self {
        Self {
            kind,
            operation: None,
            account: None,
            region: None,
            rate: 1.0,
        }
    }

    /// The same fault, of one operation only.
    pub fn of(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// The same fault, in one target only.
    pub fn at(mut self, account: &str, region: &str) -> Self {
        (self.account, self.region) = (Some(account.to_owned()), Some(region.to_owned()));
        self
    }

    /// Whether it may hit this call.
    pub(super) fn covers(
        &self,
        service: &str,
        operation: &str,
        account: &str,
        region: &str,
    ) -> bool {
        let named = self
            .operation
            .as_deref()
            .map_or(service != "sts", |name| name == operation);
        named
            && self.account.as_deref().is_none_or(|name| name == account)
            && self.region.as_deref().is_none_or(|name| name == region)
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let kind = KINDS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, kind)| *kind);
        let mut fault = Self::always(kind.ok_or_else(|| FaultError::Kind(name.to_owned()))?);
        let (first, second) = (parts.next(), parts.next());
        if parts.next().is_some() {
            return Err(FaultError::Shape(text.to_owned()));
        }
        match (first, second) {
            (None, _) => {}
            (Some(only), None) if only.parse::<f64>().is_ok() => fault.rate = rate(only)?,
            (Some(place), share) => {
                fault.place(place)?;
                fault.rate = share.map_or(Ok(1.0), rate)?;
            }
        }
        Ok(fault)
    }
}

impl Fault {
    /// `OPERATION[@ACCOUNT[/REGION]]`.
    fn place(&mut self, text: &str) -> Result<(), FaultError> {
        let (operation, target) = text
            .split_once('@')
            .map_or((text, None), |(name, target)| (name, Some(target)));
        self.operation = match operation {
            "" | "*" => None,
            known if operations::names().contains(&known) => Some(known.to_owned()),
            unknown => return Err(FaultError::Operation(unknown.to_owned())),
        };
        let Some(target) = target else { return Ok(()) };
        let (account, region) = target
            .split_once('/')
            .map_or((target, None), |(id, region)| (id, Some(region)));
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(FaultError::Account(account.to_owned()));
        }
        self.account = Some(account.to_owned());
        self.region = region.map(str::to_owned);
        Ok(())
    }
}

fn rate(text: &str) -> Result<f64, FaultError> {
    let rate = text
        .parse::<f64>()
        .ok()
        .filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| FaultError::Rate(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Fault, FaultError, FaultKind, KINDS};

    #[test]
    fn every_kind_is_read_by_its_name() {
        for (name, kind) in KINDS {
            assert_eq!(name.parse(), Ok(Fault::always(kind)));
        }
    }

    #[test]
    fn operation_target_and_rate_are_optional() {
        let fault: Fault = "deny:ListAssociations@111122223333/eu-west-1:0.5"
            .parse()
            .unwrap();
        let expected = Fault {
            rate: 0.5,
            ..Fault::always(FaultKind::Deny)
        };
        assert_eq!(
            fault,
            expected
                .of("ListAssociations")
                .at("111122223333", "eu-west-1")
        );
        assert_eq!(
            "throttle:0.25".parse(),
            Ok(Fault {
                rate: 0.25,
                ..Fault::always(FaultKind::Throttle)
            })
        );
        assert_eq!(
            "deny:*".parse::<Fault>().unwrap(),
            Fault::always(FaultKind::Deny)
        );
        assert_eq!(
            "hang:AssumeRole"
                .parse::<Fault>()
                .unwrap()
                .operation
                .as_deref(),
            Some("AssumeRole")
        );
    }

    #[test]
    fn a_wrong_fault_is_refused_with_what_would_have_been_right() {
        let error = |text: &str| text.parse::<Fault>().unwrap_err();
        assert!(
            error("explode")
                .to_string()
                .contains("throttle, throttle-retry-after, deny")
        );
        assert!(
            error("deny:ListBuckets")
                .to_string()
                .contains("ListAssociations")
        );
        assert_eq!(error("deny:*:2"), FaultError::Rate("2".to_owned()));
        assert_eq!(error("deny:*@12"), FaultError::Account("12".to_owned()));
        assert!(matches!(error("deny:*:1:1"), FaultError::Shape(_)));
    }

    #[test]
    fn a_fault_without_an_operation_spares_the_identity() {
        let fault = Fault::always(FaultKind::Deny);
        assert!(fault.covers("ssm", "ListAssociations", "a", "r"));
        assert!(!fault.covers("sts", "GetCallerIdentity", "a", "r"));
        assert!(
            fault
                .clone()
                .of("GetCallerIdentity")
                .covers("sts", "GetCallerIdentity", "a", "r")
        );
        assert!(
            !fault
                .at("a", "other")
                .covers("ssm", "ListAssociations", "a", "r")
        );
    }
}

//! Reads a fault as the command line writes it: `KIND[:OPERATION[@ACCOUNT[/REGION]]][:RATE]`.

use std::str::FromStr;

use super::injection::Fault;
use super::kind::FaultKind;
use crate::ids::is_account_id;
use crate::model::OPERATION_NAMES;

/// Why the text of a fault was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// There is no such kind of fault.
    #[error("unknown fault \"{0}\", expected one of {list}", list = FaultKind::names().join(", "))]
    Kind(String),
    /// There is no such operation.
    #[error(
        "unknown operation \"{0}\" in a fault, expected * or one of {list}",
        list = OPERATION_NAMES.join(", ")
    )]
    Operation(String),
    /// The rate is not a share.
    #[error("the rate \"{0}\" of a fault is not a number between 0 and 1")]
    Rate(String),
    /// The account is not an account id.
    #[error("the account \"{0}\" of a fault is not a number of 12 digits")]
    Account(String),
    /// The text has too many parts.
    #[error("\"{0}\" is not a fault, expected KIND[:OPERATION[@ACCOUNT[/REGION]]][:RATE]")]
    Shape(String),
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let parts: Vec<&str> = text.split(':').collect();
        let (name, rest) = parts.split_first().unwrap_or((&"", &[]));
        let Some(kind) = FaultKind::by_name(name) else {
            return Err(FaultError::Kind((*name).to_owned()));
        };
        let mut fault = Self::always(kind);
        match rest {
            [] => {}
            // No operation is called like a number, so a single number can only be a rate.
            [only] if only.parse::<f64>().is_ok() => fault.rate = parse_rate(only)?,
            [scope] => fault.restrict(scope)?,
            [scope, rate] => {
                fault.restrict(scope)?;
                fault.rate = parse_rate(rate)?;
            }
            _ => return Err(FaultError::Shape(text.to_owned())),
        }
        Ok(fault)
    }
}

impl Fault {
    /// Restricts the fault to `OPERATION[@ACCOUNT[/REGION]]`.
    fn restrict(&mut self, scope: &str) -> Result<(), FaultError> {
        let Some((operation, target)) = scope.split_once('@') else {
            self.operation = parse_operation(scope)?;
            return Ok(());
        };
        self.operation = parse_operation(operation)?;
        match target.split_once('/') {
            Some((account, region)) => {
                self.account = Some(parse_account(account)?);
                // AWS adds regions all the time, so none is refused here.
                self.region = Some(region.to_owned());
            }
            None => self.account = Some(parse_account(target)?),
        }
        Ok(())
    }
}

/// An empty name or `*` stands for every operation of SSM.
fn parse_operation(name: &str) -> Result<Option<String>, FaultError> {
    match name {
        "" | "*" => Ok(None),
        known if OPERATION_NAMES.contains(&known) => Ok(Some(known.to_owned())),
        unknown => Err(FaultError::Operation(unknown.to_owned())),
    }
}

fn parse_account(text: &str) -> Result<String, FaultError> {
    if is_account_id(text) {
        Ok(text.to_owned())
    } else {
        Err(FaultError::Account(text.to_owned()))
    }
}

fn parse_rate(text: &str) -> Result<f64, FaultError> {
    match text.parse::<f64>() {
        Ok(rate) if (0.0..=1.0).contains(&rate) => Ok(rate),
        _ => Err(FaultError::Rate(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::FaultError;
    use crate::{Fault, FaultKind};

    #[test]
    fn every_kind_is_read_by_its_name() {
        for kind in FaultKind::ALL {
            assert_eq!(kind.name().parse(), Ok(Fault::always(*kind)));
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
}

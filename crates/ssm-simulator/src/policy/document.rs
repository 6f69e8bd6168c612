//! A policy, as its JSON says it.

use std::str::FromStr;

use serde::Deserialize;

use super::pattern::matches;

/// A policy that all principals have, whether users or roles.
///
/// ```
/// use ssm_simulator::Policy;
///
/// let policy: Policy = r#"{
///     "Version": "2012-10-17",
///     "Statement": [{"Effect": "Allow", "Action": "ssm:List*", "Resource": "*"}]
/// }"#
/// .parse()?;
/// assert!(policy.allows("ssm:ListAssociations"));
/// assert!(!policy.allows("ssm:SendCommand"));
/// assert!(!policy.without("ssm:ListAssociations").allows("ssm:ListAssociations"));
/// # Ok::<(), ssm_simulator::PolicyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    statements: Vec<Statement>,
}

/// Why a policy was not understood.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The text is not JSON, or has members that are not simulated, such as `Condition`.
    #[error("not a policy of statements with Sid, Effect, Action and Resource alone: {0}")]
    Document(#[from] serde_json::Error),
}

/// What a policy says of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    /// No statement allows the call.
    NotAllowed,
    /// A statement denies the call.
    Denied,
}

// What is not known here must not be left out silently: a condition that nobody looks at would
// allow too much.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Document {
    #[serde(rename = "Version")]
    _version: Option<String>,
    #[serde(rename = "Id")]
    _id: Option<String>,
    statement: OneOrMany<Statement>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Statement {
    #[serde(rename = "Sid")]
    _sid: Option<String>,
    effect: Effect,
    #[serde(deserialize_with = "texts")]
    action: Vec<String>,
    #[serde(deserialize_with = "texts")]
    resource: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Effect {
    Allow,
    Deny,
}

/// IAM takes a single value for a list of one.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::Many(values) => values,
            Self::One(value) => vec![value],
        }
    }
}

fn texts<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    OneOrMany::deserialize(deserializer).map(OneOrMany::into_vec)
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let document: Document = serde_json::from_str(text)?;
        Ok(Self {
            statements: document.statement.into_vec(),
        })
    }
}

impl Policy {
    /// The statements of both policies, as if a principal had both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.statements.extend(other.statements);
        self
    }

    /// The same policy, but for one action, which is denied everywhere as if no statement had ever
    /// allowed it.
    #[must_use]
    pub fn without(mut self, action: &str) -> Self {
        for statement in &mut self.statements {
            let is_other = |known: &String| !known.eq_ignore_ascii_case(action);
            statement.action.retain(is_other);
        }
        // A pattern goes on to allow the action, so it has to be denied as well.
        if self.allows(action) {
            self.statements.push(Statement {
                _sid: None,
                effect: Effect::Deny,
                action: vec![action.to_owned()],
                resource: vec!["*".to_owned()],
            });
        }
        self
    }

    /// Every action or pattern of actions that a statement allows, in the order of the statements.
    pub fn actions(&self) -> Vec<&str> {
        let statements = self.statements.iter();
        statements
            .filter(|statement| statement.effect == Effect::Allow)
            .flat_map(|statement| &statement.action)
            .map(String::as_str)
            .collect()
    }

    /// Whether a statement allows an action on some resource, and none denies it.
    pub fn allows(&self, action: &str) -> bool {
        let applies = |statement: &&Statement| statement.covers_action(action);
        let mut applying = self.statements.iter().filter(applies).peekable();
        applying.peek().is_some() && applying.all(|statement| statement.effect == Effect::Allow)
    }

    /// What the policy says of an action on a resource.
    pub(crate) fn verdict(&self, action: &str, resource: &str) -> Verdict {
        let mut verdict = Verdict::NotAllowed;
        for statement in &self.statements {
            if !statement.covers(action, resource) {
                continue;
            }
            // A denial wins, wherever it stands.
            match statement.effect {
                Effect::Deny => return Verdict::Denied,
                Effect::Allow => verdict = Verdict::Allowed,
            }
        }
        verdict
    }
}

impl Statement {
    fn covers(&self, action: &str, resource: &str) -> bool {
        let covers_resource = |pattern: &String| matches(pattern, resource);
        self.covers_action(action) && self.resource.iter().any(covers_resource)
    }

    /// Upper and lower case of actions do not matter to IAM.
    fn covers_action(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        let covers = |pattern: &String| matches(&pattern.to_ascii_lowercase(), &action);
        self.action.iter().any(covers)
    }
}

#[cfg(test)]
mod tests {
    use super::{Policy, Verdict};

    fn policy(statements: &str) -> Policy {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": {statements}}}"#);
        text.parse().unwrap()
    }

    #[test]
    fn what_no_statement_allows_is_not_allowed_and_a_denial_wins() {
        let policy = policy(
            r#"[
                {"Sid": "All", "Effect": "Allow", "Action": ["ssm:*"], "Resource": ["*"]},
                {"Effect": "Deny", "Action": "SSM:sendcommand", "Resource": "*"}
            ]"#,
        );
        assert_eq!(
            policy.verdict("ssm:ListAssociations", "*"),
            Verdict::Allowed
        );
        assert_eq!(policy.verdict("ssm:SendCommand", "*"), Verdict::Denied);
        assert_eq!(policy.verdict("tag:GetResources", "*"), Verdict::NotAllowed);
        assert!(policy.allows("ssm:ListAssociations") && !policy.allows("ssm:SendCommand"));
    }

    #[test]
    fn resources_are_those_of_the_statement() {
        let policy = policy(
            r#"{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/r"}"#,
        );
        let verdict = |resource| policy.verdict("sts:AssumeRole", resource);
        assert_eq!(
            verdict("arn:aws:iam::111122223333:role/r"),
            Verdict::Allowed
        );
        assert_eq!(
            verdict("arn:aws:iam::111122223333:role/x"),
            Verdict::NotAllowed
        );
        // What a call without a resource needs is the pattern that covers everything.
        assert_eq!(verdict("*"), Verdict::NotAllowed);
    }

    #[test]
    fn taking_an_action_away_takes_it_out_of_patterns_too() {
        let list = r#"{"Effect": "Allow", "Action": ["ssm:List*", "ssm:ListAssociations"], "Resource": "*"}"#;
        let reduced = policy(list).without("ssm:ListAssociations");
        assert_eq!(
            reduced.verdict("ssm:ListAssociations", "*"),
            Verdict::Denied
        );
        assert_eq!(
            reduced.verdict("ssm:ListComplianceItems", "*"),
            Verdict::Allowed
        );
        let plain = r#"{"Effect": "Allow", "Action": "ssm:ListAssociations", "Resource": "*"}"#;
        let reduced = policy(plain).without("ssm:ListAssociations");
        assert_eq!(
            reduced.verdict("ssm:ListAssociations", "*"),
            Verdict::NotAllowed
        );
        let both = reduced.and(policy(plain));
        assert_eq!(both.actions(), ["ssm:ListAssociations"]);
    }

    #[test]
    fn what_is_not_simulated_is_refused_instead_of_left_out() {
        for text in [
            "nonsense",
            "{}",
            r#"{"Statement": [{"Effect": "Allow", "NotAction": "ssm:*", "Resource": "*"}]}"#,
            r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {}}]}"#,
            r#"{"Statement": [{"Effect": "Perhaps", "Action": "*", "Resource": "*"}]}"#,
        ] {
            assert!(text.parse::<Policy>().is_err(), "{text}");
        }
    }
}

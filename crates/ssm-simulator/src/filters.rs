//! The filters of the compliance operations: a key, up to 20 values, an operator.

use super::input::{self, Input};
use super::refusal::Refusal;

/// How a value is compared with those of the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    BeginWith,
    LessThan,
    GreaterThan,
}

/// One filter. All filters of a request have to agree.
#[derive(Clone, Debug)]
pub(super) struct Filter<'a> {
    pub(super) key: &'a str,
    values: Vec<&'a str>,
    operator: Operator,
}

impl Filter<'_> {
    /// Whether a row with this value stays.
    pub(super) fn accepts(&self, value: &str) -> bool {
        let any = |test: fn(&str, &str) -> bool| self.values.iter().any(|known| test(value, known));
        match self.operator {
            Operator::Equal => any(|value, known| value == known),
            Operator::NotEqual => !any(|value, known| value == known),
            Operator::BeginWith => any(|value, known| value.starts_with(known)),
            // Times are ISO 8601 in UTC, which sort as text.
            Operator::LessThan => any(|value, known| value < known),
            Operator::GreaterThan => any(|value, known| value > known),
        }
    }
}

/// Reads `Filters`; a key that the operation does not know is an `InvalidFilter`.
pub(super) fn read<'a>(input: &'a Input, known: &[&str]) -> Result<Vec<Filter<'a>>, Refusal> {
    let filters = input::objects(input, "Filters")?.unwrap_or_default();
    filters
        .into_iter()
        .map(|filter| one(filter, known))
        .collect()
}

fn one<'a>(filter: &'a Input, known: &[&str]) -> Result<Filter<'a>, Refusal> {
    let invalid = |message: String| Refusal::modelled("InvalidFilter", message);
    let key =
        input::text(filter, "Key")?.ok_or_else(|| invalid("The filter has no key.".to_owned()))?;
    let values = input::texts(filter, "Values", 1, 20)?
        .ok_or_else(|| invalid(format!("The filter {key} has no values.")))?;
    let operator = match input::text(filter, "Type")? {
        None | Some("EQUAL") => Operator::Equal,
        Some("NOT_EQUAL") => Operator::NotEqual,
        Some("BEGIN_WITH") => Operator::BeginWith,
        Some("LESS_THAN") => Operator::LessThan,
        Some("GREATER_THAN") => Operator::GreaterThan,
        Some(other) => {
            let constraint = "Member must satisfy enum value set: [LESS_THAN, GREATER_THAN, BEGIN_WITH, EQUAL, NOT_EQUAL]";
            return Err(Refusal::constraint(
                format!("'{other}'"),
                "filters.1.member.type",
                constraint,
            ));
        }
    };
    if !known.contains(&key) {
        return Err(invalid(format!(
            "The filter key {key} is not valid for this operation."
        )));
    }
    if matches!(operator, Operator::LessThan | Operator::GreaterThan) && key != "ExecutionTime" {
        return Err(invalid(format!(
            "The filter type is not valid for the key {key}."
        )));
    }
    Ok(Filter {
        key,
        values,
        operator,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::read;

    fn accepts(filter: &Value, value: &str) -> bool {
        let input = json!({ "Filters": [filter] });
        read(input.as_object().unwrap(), &["Status", "ExecutionTime"]).unwrap()[0].accepts(value)
    }

    #[test]
    fn operators_compare_with_any_of_the_values() {
        assert!(accepts(
            &json!({"Key": "Status", "Values": ["A", "B"]}),
            "B"
        ));
        assert!(!accepts(
            &json!({"Key": "Status", "Values": ["A", "B"], "Type": "NOT_EQUAL"}),
            "B"
        ));
        assert!(accepts(
            &json!({"Key": "Status", "Values": ["NON"], "Type": "BEGIN_WITH"}),
            "NON_COMPLIANT"
        ));
        let newer = json!({"Key": "ExecutionTime", "Values": ["2026-01-01T00:00:00Z"], "Type": "GREATER_THAN"});
        assert!(
            accepts(&newer, "2026-01-02T00:00:00Z") && !accepts(&newer, "2025-12-31T23:59:59Z")
        );
    }

    #[test]
    fn wrong_filters_are_refused_with_the_code_that_aws_uses() {
        let code = |filter: Value| {
            let input = json!({ "Filters": [filter] });
            read(input.as_object().unwrap(), &["Status"])
                .unwrap_err()
                .code
        };
        assert_eq!(
            code(json!({"Key": "Nonsense", "Values": ["x"]})),
            "InvalidFilter"
        );
        assert_eq!(
            code(json!({"Key": "Status", "Values": ["x"], "Type": "LESS_THAN"})),
            "InvalidFilter"
        );
        assert_eq!(
            code(json!({"Key": "Status", "Values": ["x"], "Type": "SOUNDS_LIKE"})),
            "ValidationException"
        );
        assert_eq!(
            code(json!({"Key": "Status", "Values": vec!["x"; 21]})),
            "ValidationException"
        );
    }
}

//! The filters of the compliance operations. Each has a key, up to 20 values and an operator.

use super::input::{self, Input};
use crate::refusal::Refusal;

const MAX_VALUES: usize = 20;

/// The spellings of operators, in the order of AWS's error message.
const OPERATORS: [(&str, Operator); 5] = [
    ("LESS_THAN", Operator::LessThan),
    ("GREATER_THAN", Operator::GreaterThan),
    ("BEGIN_WITH", Operator::BeginWith),
    ("EQUAL", Operator::Equal),
    ("NOT_EQUAL", Operator::NotEqual),
];

/// How a value is compared with those of the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    BeginWith,
    LessThan,
    GreaterThan,
}

/// One filter. A row must pass all filters of a request.
#[derive(Clone, Debug)]
pub(super) struct Filter<'a> {
    pub(super) key: &'a str,
    values: Vec<&'a str>,
    operator: Operator,
}

impl Filter<'_> {
    /// The only values that pass, if the filter names them.
    pub(super) fn exact_values(&self) -> Option<&[&str]> {
        (self.operator == Operator::Equal).then_some(self.values.as_slice())
    }

    /// Whether a row with this value passes.
    pub(super) fn accepts(&self, value: &str) -> bool {
        let mut known_values = self.values.iter();
        match self.operator {
            Operator::Equal => known_values.any(|known| value == *known),
            Operator::NotEqual => known_values.all(|known| value != *known),
            Operator::BeginWith => known_values.any(|known| value.starts_with(known)),
            // Times are ISO 8601 in UTC, which sort as text.
            Operator::LessThan => known_values.any(|known| value < *known),
            Operator::GreaterThan => known_values.any(|known| value > *known),
        }
    }
}

/// Reads the member `Filters`. `known_keys` are those of the operation.
pub(super) fn read<'a>(input: &'a Input, known_keys: &[&str]) -> Result<Vec<Filter<'a>>, Refusal> {
    input::objects(input, "Filters")?
        .unwrap_or_default()
        .into_iter()
        .map(|filter| read_filter(filter, known_keys))
        .collect()
}

fn read_filter<'a>(filter: &'a Input, known_keys: &[&str]) -> Result<Filter<'a>, Refusal> {
    let key = input::text(filter, "Key")?.ok_or_else(|| invalid("The filter has no key."))?;
    let values = input::texts(filter, "Values", 1..=MAX_VALUES)?
        .ok_or_else(|| invalid(format!("The filter {key} has no values.")))?;
    // An operator that does not exist breaks the service model, and is refused before a key that
    // the operation does not know.
    let operator = read_operator(filter)?;
    if !known_keys.contains(&key) {
        let message = format!("The filter key {key} is not valid for this operation.");
        return Err(invalid(message));
    }
    // Only times have an order. The service model allows the operators with every key.
    let compares = matches!(operator, Operator::LessThan | Operator::GreaterThan);
    if compares && key != "ExecutionTime" {
        let message = format!("The filter type is not valid for the key {key}.");
        return Err(invalid(message));
    }
    Ok(Filter {
        key,
        values,
        operator,
    })
}

fn read_operator(filter: &Input) -> Result<Operator, Refusal> {
    let Some(name) = input::text(filter, "Type")? else {
        return Ok(Operator::Equal);
    };
    if let Some((_, operator)) = OPERATORS.iter().find(|(known, _)| *known == name) {
        return Ok(*operator);
    }
    let names = OPERATORS.map(|(known, _)| known);
    Err(input::not_in_enum("filters.1.member.type", name, &names))
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::modelled("InvalidFilter", message)
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

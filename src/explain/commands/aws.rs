//! One command of the AWS CLI.

use serde_json::json;

use super::quote::{is_plain, quoted, quoted_value};

/// Where a command goes: one instance of one region.
#[derive(Clone, Copy, Debug)]
pub(in crate::explain) struct Place<'a> {
    pub(in crate::explain) region: &'a str,
    pub(in crate::explain) instance_id: &'a str,
}

/// A command that is being written.
#[derive(Clone, Debug)]
pub(super) struct AwsCommand(String);

// === impl AwsCommand ===

impl AwsCommand {
    /// Begins a command of Systems Manager.
    pub(super) fn ssm(operation: &str, region: &str) -> Self {
        Self::new("ssm", operation, region)
    }

    /// Begins a command of EC2.
    pub(super) fn ec2(operation: &str, region: &str) -> Self {
        Self::new("ec2", operation, region)
    }

    fn new(service: &str, operation: &str, region: &str) -> Self {
        let region = quoted_value(region);
        Self(format!("aws {service} {operation} --region {region}"))
    }

    /// Adds an option with a value.
    pub(super) fn option(self, name: &str, value: &str) -> Self {
        // A value that begins with a dash would be taken for the next option.
        let separator = if value.starts_with('-') { "=" } else { " " };
        let value = quoted_value(value);
        Self(format!("{} --{name}{separator}{value}", self.0))
    }

    /// Adds an option with several values.
    pub(super) fn options<'a>(self, name: &str, values: impl Iterator<Item = &'a str>) -> Self {
        let values: Vec<&str> = values.collect();
        if values.iter().any(|value| value.starts_with('-')) {
            return self.json(name, &json!(values));
        }
        let words: Vec<String> = values.into_iter().map(quoted_value).collect();
        Self(format!("{} --{name} {}", self.0, words.join(" ")))
    }

    /// Adds an option whose value is a variable of the shell.
    pub(super) fn variable(self, name: &str, variable: &str) -> Self {
        Self(format!("{} --{name} \"${variable}\"", self.0))
    }

    /// Adds an option with its value as it is.
    pub(super) fn verbatim(self, name: &str, value: &str) -> Self {
        Self(format!("{} --{name} {value}", self.0))
    }

    /// Adds an option without a value.
    pub(super) fn flag(self, name: &str) -> Self {
        Self(format!("{} --{name}", self.0))
    }

    /// Adds an option whose value is JSON.
    pub(super) fn json(self, name: &str, value: &serde_json::Value) -> Self {
        Self(format!(
            "{} --{name} {}",
            self.0,
            quoted(&value.to_string())
        ))
    }

    /// Adds one filter of those with a key and values.
    pub(super) fn filter(self, key: &str, value: &str) -> Self {
        if is_plain(value) {
            return self.verbatim("filters", &format!("Key={key},Values={value}"));
        }
        self.json("filters", &json!([{"Key": key, "Values": [value]}]))
    }

    /// Adds one filter of those with a key and one value.
    pub(super) fn value_filter(self, key: &str, value: &str) -> Self {
        if is_plain(value) {
            return self.verbatim("filters", &format!("Key={key},Value={value}"));
        }
        self.json("filters", &json!([{"Key": key, "Value": value}]))
    }

    /// Adds filters for values that are equal.
    pub(super) fn equal_filters(self, pairs: &[(&str, &str)]) -> Self {
        if pairs.iter().all(|(_, value)| is_plain(value)) {
            let filters = pairs
                .iter()
                .map(|(key, value)| format!("Key={key},Values={value},Type=EQUAL"));
            return self.verbatim("filters", &filters.collect::<Vec<_>>().join(" "));
        }
        let filters = pairs
            .iter()
            .map(|(key, value)| json!({"Key": key, "Values": [value], "Type": "EQUAL"}));
        self.json("filters", &filters.collect())
    }

    /// Adds what of the answer to show, as text.
    pub(super) fn query(self, query: &str) -> Self {
        self.option("query", query).verbatim("output", "text")
    }

    /// Returns the line.
    pub(super) fn line(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_become_an_option_or_a_second_filter() {
        let command = AwsCommand::ssm("x", "eu-west-1").option("id", "--profile=admin");
        assert_eq!(
            command.line(),
            "aws ssm x --region eu-west-1 --id='--profile=admin'"
        );
        let command = AwsCommand::ssm("x", "eu-west-1").filter("Id", "a,Type=NOT_EQUAL");
        assert_eq!(
            command.line(),
            r#"aws ssm x --region eu-west-1 --filters '[{"Key":"Id","Values":["a,Type=NOT_EQUAL"]}]'"#
        );
        let command = AwsCommand::ssm("x", "eu-west-1").options("ids", ["-x", "y"].into_iter());
        assert_eq!(
            command.line(),
            r#"aws ssm x --region eu-west-1 --ids '["-x","y"]'"#
        );
    }
}

//! Reads the members of a request. Whatever breaks a constraint of the service model is refused in
//! AWS's words.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::ids;
use crate::model::{PageSizes, Paging};
use crate::refusal::Refusal;

/// The members of one request.
pub(crate) type Input = Map<String, Value>;

pub(super) fn text<'a>(input: &'a Input, member: &str) -> Result<Option<&'a str>, Refusal> {
    match input.get(member) {
        // A member that is null counts as absent.
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong_type(member)),
    }
}

pub(super) fn required_text<'a>(input: &'a Input, member: &str) -> Result<&'a str, Refusal> {
    text(input, member)?.ok_or_else(|| Refusal::missing(&in_messages(member)))
}

/// A list of strings whose length is within bounds.
pub(super) fn texts<'a>(
    input: &'a Input,
    member: &str,
    bounds: RangeInclusive<usize>,
) -> Result<Option<Vec<&'a str>>, Refusal> {
    // A list that is absent is no list of length 0, and no bound applies to it.
    let Some(values) = list(input, member)? else {
        return Ok(None);
    };
    let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
    let texts = texts.ok_or_else(|| wrong_type(member))?;
    check_length(member, &texts, &bounds)?;
    Ok(Some(texts))
}

/// A list of objects.
pub(super) fn objects<'a>(
    input: &'a Input,
    member: &str,
) -> Result<Option<Vec<&'a Input>>, Refusal> {
    let Some(values) = list(input, member)? else {
        return Ok(None);
    };
    let objects: Option<Vec<&Input>> = values.iter().map(Value::as_object).collect();
    objects.map(Some).ok_or_else(|| wrong_type(member))
}

/// The page size that the request asks for, or the default of the operation.
pub(super) fn page_size(
    input: &Input,
    sizes: PageSizes,
    paging: &Paging,
) -> Result<usize, Refusal> {
    let value = match input.get(paging.size_member) {
        None | Some(Value::Null) => return Ok(sizes.default),
        Some(value) => value
            .as_i64()
            .ok_or_else(|| wrong_type(paging.size_member))?,
    };
    let constraint = match usize::try_from(value) {
        Ok(size) if size > sizes.max => {
            format!("Member must have value less than or equal to {}", sizes.max)
        }
        Ok(size) if size >= sizes.min => return Ok(size),
        _ => format!(
            "Member must have value greater than or equal to {}",
            sizes.min
        ),
    };
    Err((paging.refuse_size)(&value.to_string(), &constraint))
}

/// The required id of one instance.
pub(super) fn instance_id(input: &Input) -> Result<&str, Refusal> {
    let id = required_text(input, "InstanceId")?;
    if ids::is_instance_id(id) {
        return Ok(id);
    }
    Err(wrong_pattern("InstanceId", id, ids::INSTANCE_ID_PATTERN))
}

/// A required id of an association or an execution.
pub(super) fn uuid<'a>(input: &'a Input, member: &str) -> Result<&'a str, Refusal> {
    let id = required_text(input, member)?;
    check_uuid(member, id)?;
    Ok(id)
}

/// Refuses what is not the id of an association or an execution.
pub(super) fn check_uuid(member: &str, id: &str) -> Result<(), Refusal> {
    if ids::is_uuid(id) {
        return Ok(());
    }
    Err(wrong_pattern(member, id, ids::UUID_PATTERN))
}

/// Refuses a list with a text that is not the id of an instance.
pub(super) fn check_instance_ids(member: &str, ids: &[&str]) -> Result<(), Refusal> {
    if ids.iter().all(|id| ids::is_instance_id(id)) {
        return Ok(());
    }
    let constraint = format!(
        "Member must satisfy constraint: [Member must satisfy regular expression pattern: {}]",
        ids::INSTANCE_ID_PATTERN
    );
    Err(Refusal::constraint(
        quoted_list(ids),
        &in_messages(member),
        constraint,
    ))
}

/// Refuses a value that is not one of an enum. `path` is the place that the message names.
pub(super) fn check_enum(path: &str, value: &str, allowed: &[&str]) -> Result<(), Refusal> {
    if allowed.contains(&value) {
        Ok(())
    } else {
        Err(not_in_enum(path, value, allowed))
    }
}

/// The refusal of a value that is not one of an enum.
pub(super) fn not_in_enum(path: &str, value: &str, allowed: &[&str]) -> Refusal {
    let allowed = allowed.join(", ");
    let constraint = format!("Member must satisfy enum value set: [{allowed}]");
    Refusal::constraint(format!("'{value}'"), path, constraint)
}

fn list<'a>(input: &'a Input, member: &str) -> Result<Option<&'a [Value]>, Refusal> {
    match input.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(values)) => Ok(Some(values)),
        Some(_) => Err(wrong_type(member)),
    }
}

fn check_length(
    member: &str,
    texts: &[&str],
    bounds: &RangeInclusive<usize>,
) -> Result<(), Refusal> {
    let count = texts.len();
    if bounds.contains(&count) {
        return Ok(());
    }
    let (relation, bound) = if count < *bounds.start() {
        ("greater", bounds.start())
    } else {
        ("less", bounds.end())
    };
    let constraint = format!("Member must have length {relation} than or equal to {bound}");
    Err(Refusal::constraint(
        quoted_list(texts),
        &in_messages(member),
        constraint,
    ))
}

/// A value of a JSON type that the service model does not have there.
pub(super) fn wrong_type(member: &str) -> Refusal {
    let message = format!("Unexpected value for member {member}");
    Refusal::common("SerializationException", message)
}

pub(super) fn wrong_pattern(member: &str, value: &str, pattern: &str) -> Refusal {
    let constraint = format!("Member must satisfy regular expression pattern: {pattern}");
    Refusal::constraint(format!("'{value}'"), &in_messages(member), constraint)
}

fn quoted_list(texts: &[&str]) -> String {
    format!("'[{}]'", texts.join(", "))
}

/// A member as messages spell it, which is with a small first letter.
pub(super) fn in_messages(member: &str) -> String {
    let mut letters = member.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Input, page_size, texts};
    use crate::model::{PageSizes, SSM_PAGING};

    fn input(value: &serde_json::Value) -> Input {
        value.as_object().cloned().unwrap()
    }

    const SIZES: PageSizes = PageSizes {
        default: 50,
        min: 1,
        max: 50,
    };

    #[test]
    fn a_page_size_out_of_range_is_refused_in_awss_words() {
        let refusal =
            page_size(&input(&json!({"MaxResults": 100})), SIZES, &SSM_PAGING).unwrap_err();
        assert_eq!(
            refusal.message.as_deref(),
            Some(
                "1 validation error detected: Value '100' at 'maxResults' failed to satisfy constraint: \
                 Member must have value less than or equal to 50"
            )
        );
        assert_eq!(
            page_size(&input(&json!({"MaxResults": -1})), SIZES, &SSM_PAGING)
                .unwrap_err()
                .code,
            "ValidationException"
        );
        assert_eq!(
            page_size(&input(&json!({"MaxResults": "5"})), SIZES, &SSM_PAGING)
                .unwrap_err()
                .code,
            "SerializationException"
        );
        assert_eq!(
            page_size(&input(&json!({})), SIZES, &SSM_PAGING).unwrap(),
            50
        );
    }

    #[test]
    fn lists_are_as_long_as_the_model_says() {
        let many = input(&json!({"InstanceIds": vec!["i-1a2b3c4d"; 51]}));
        let refusal = texts(&many, "InstanceIds", 0..=50).unwrap_err();
        assert!(
            refusal
                .message
                .unwrap()
                .ends_with("Member must have length less than or equal to 50")
        );
        assert_eq!(
            texts(&input(&json!({"InstanceIds": []})), "InstanceIds", 0..=50).unwrap(),
            Some(vec![])
        );
        assert_eq!(
            texts(&input(&json!({"InstanceIds": [1]})), "InstanceIds", 0..=50)
                .unwrap_err()
                .code,
            "SerializationException"
        );
    }
}

//! Reading the members of a request, with the constraints of AWS's model and its words for breaking
//! them.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// The members of one request.
pub(super) type Input = Map<String, Value>;

/// A JSON type that the model does not have there.
fn unexpected(member: &str) -> Refusal {
    Refusal::common(
        "SerializationException",
        format!("Unexpected value for member {member}"),
    )
}

/// Member names start with a small letter in texts.
fn spelled(member: &str) -> String {
    let mut letters = member.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

pub(super) fn text<'a>(input: &'a Input, member: &str) -> Result<Option<&'a str>, Refusal> {
    match input.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(unexpected(member)),
    }
}

pub(super) fn required_text<'a>(input: &'a Input, member: &str) -> Result<&'a str, Refusal> {
    text(input, member)?.ok_or_else(|| Refusal::missing(&spelled(member)))
}

/// A list of strings with at most `max` of them, at least one unless `min` is 0.
pub(super) fn texts<'a>(
    input: &'a Input,
    member: &str,
    min: usize,
    max: usize,
) -> Result<Option<Vec<&'a str>>, Refusal> {
    let Some(values) = list(input, member)? else {
        return Ok(None);
    };
    let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
    let texts = texts.ok_or_else(|| unexpected(member))?;
    length(member, texts.len(), min, max, || {
        format!("'[{}]'", texts.join(", "))
    })?;
    Ok(Some(texts))
}

pub(super) fn list<'a>(input: &'a Input, member: &str) -> Result<Option<&'a Vec<Value>>, Refusal> {
    match input.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(values)) => Ok(Some(values)),
        Some(_) => Err(unexpected(member)),
    }
}

/// The objects of a list.
pub(super) fn objects<'a>(
    input: &'a Input,
    member: &str,
) -> Result<Option<Vec<&'a Input>>, Refusal> {
    let Some(values) = list(input, member)? else {
        return Ok(None);
    };
    let objects: Option<Vec<&Input>> = values.iter().map(Value::as_object).collect();
    objects.map(Some).ok_or_else(|| unexpected(member))
}

fn length(
    member: &str,
    count: usize,
    min: usize,
    max: usize,
    value: impl Fn() -> String,
) -> Result<(), Refusal> {
    let broken = |how: &str, bound: usize| {
        let constraint = format!("Member must have length {how} than or equal to {bound}");
        Err(Refusal::constraint(value(), &spelled(member), constraint))
    };
    match count {
        count if count < min => broken("greater", min),
        count if count > max => broken("less", max),
        _ => Ok(()),
    }
}

/// The page size that the request asks for (mostly `MaxResults`), or the operation's default.
pub(super) fn page_size(
    input: &Input,
    member: &str,
    default: usize,
    bounds: RangeInclusive<usize>,
) -> Result<usize, Refusal> {
    let value = match input.get(member) {
        None | Some(Value::Null) => return Ok(default),
        Some(value) => value.as_i64().ok_or_else(|| unexpected(member))?,
    };
    let broken = |how: &str, bound: usize| {
        let constraint = format!("Member must have value {how} than or equal to {bound}");
        Err(Refusal::constraint(
            format!("'{value}'"),
            &spelled(member),
            constraint,
        ))
    };
    match usize::try_from(value) {
        Ok(size) if bounds.contains(&size) => Ok(size),
        Ok(size) if size > *bounds.end() => broken("less", *bounds.end()),
        _ => broken("greater", *bounds.start()),
    }
}

/// The model's pattern of instance ids.
pub(super) const INSTANCE_ID: &str = r"(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)";

/// Whether a text has the form of an instance id. `\w` of the service is ASCII.
pub(super) fn is_instance_id(text: &str) -> bool {
    let word = |rest: &str| {
        rest.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match (text.strip_prefix("mi-"), text.strip_prefix("i-")) {
        (Some(rest), _) => rest.len() == 17 && word(rest),
        (None, Some(rest)) => matches!(rest.len(), 8 | 17) && word(rest),
        _ => false,
    }
}

/// Refuses what has not the form of an instance id.
pub(super) fn check_instance_ids(member: &str, ids: &[&str]) -> Result<(), Refusal> {
    if ids.iter().all(|id| is_instance_id(id)) {
        return Ok(());
    }
    let constraint = format!(
        "Member must satisfy constraint: [Member must satisfy regular expression pattern: {INSTANCE_ID}]"
    );
    Err(Refusal::constraint(
        format!("'[{}]'", ids.join(", ")),
        &spelled(member),
        constraint,
    ))
}

/// The required id of one instance.
pub(super) fn instance_id(input: &Input) -> Result<&str, Refusal> {
    let id = required_text(input, "InstanceId")?;
    if is_instance_id(id) {
        return Ok(id);
    }
    let constraint = format!("Member must satisfy regular expression pattern: {INSTANCE_ID}");
    Err(Refusal::constraint(
        format!("'{id}'"),
        "instanceId",
        constraint,
    ))
}

/// A required UUID.
pub(super) fn uuid<'a>(input: &'a Input, member: &str) -> Result<&'a str, Refusal> {
    let id = required_text(input, member)?;
    let groups: Vec<&str> = id.split('-').collect();
    let fits = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit());
    if fits {
        return Ok(id);
    }
    let pattern = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
    let constraint = format!("Member must satisfy regular expression pattern: {pattern}");
    Err(Refusal::constraint(
        format!("'{id}'"),
        &spelled(member),
        constraint,
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Input, is_instance_id, page_size, texts};

    fn input(value: &serde_json::Value) -> Input {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn instance_ids_follow_the_models_pattern() {
        for good in ["i-1a2b3c4d", "i-0123456789abcdef0", "mi-0123456789abcdef0"] {
            assert!(is_instance_id(good), "{good}");
        }
        for bad in [
            "",
            "i-",
            "i-123",
            "mi-1a2b3c4d",
            "i-0123456789abcdef01",
            "x-0123456789abcdef0",
            "i-0123456789abcd-f0",
        ] {
            assert!(!is_instance_id(bad), "{bad}");
        }
    }

    #[test]
    fn a_page_size_out_of_range_is_refused_in_awss_words() {
        let refusal = page_size(
            &input(&json!({"MaxResults": 100})),
            "MaxResults",
            50,
            1..=50,
        )
        .unwrap_err();
        assert_eq!(
            refusal.message.as_deref(),
            Some(
                "1 validation error detected: Value '100' at 'maxResults' failed to satisfy constraint: \
                 Member must have value less than or equal to 50"
            )
        );
        assert_eq!(
            page_size(&input(&json!({"MaxResults": -1})), "MaxResults", 50, 1..=50)
                .unwrap_err()
                .code,
            "ValidationException"
        );
        assert_eq!(
            page_size(
                &input(&json!({"MaxResults": "5"})),
                "MaxResults",
                50,
                1..=50
            )
            .unwrap_err()
            .code,
            "SerializationException"
        );
        assert_eq!(
            page_size(&input(&json!({})), "MaxResults", 10, 5..=50).unwrap(),
            10
        );
    }

    #[test]
    fn lists_are_as_long_as_the_model_says() {
        let many = input(&json!({"InstanceIds": vec!["i-1a2b3c4d"; 51]}));
        let refusal = texts(&many, "InstanceIds", 0, 50).unwrap_err();
        assert!(
            refusal
                .message
                .unwrap()
                .ends_with("Member must have length less than or equal to 50")
        );
        assert_eq!(
            texts(&input(&json!({"InstanceIds": []})), "InstanceIds", 0, 50).unwrap(),
            Some(vec![])
        );
        assert_eq!(
            texts(&input(&json!({"InstanceIds": [1]})), "InstanceIds", 0, 50)
                .unwrap_err()
                .code,
            "SerializationException"
        );
    }
}

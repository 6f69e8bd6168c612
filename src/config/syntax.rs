//! The forms of single values: roles, accounts, addresses, numbers. Pure, one function per form.
//! Regions have a file of their own.
//!
//! Forms come from the IAM and STS API references (`RoleArn`, `ExternalId`) and the Organizations
//! reference (`OU id`).

use super::problem::Fault;

/// A role to assume, with the account it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleArn {
    pub(crate) arn: String,
    pub(crate) account_id: String,
}

/// Slowest ceiling: one call in a quarter of an hour. Anything below is a slip, and its inverse no
/// useful time.
const SLOWEST: f64 = 0.001;
const FASTEST: f64 = 1_000.0;
/// More info series per target than any scraper takes.
const MOST_SERIES: usize = 1_000_000;

/// `arn:PARTITION:iam::ACCOUNT:role/NAME`, in every partition.
pub(crate) fn role_arn(text: &str) -> Result<RoleArn, Fault> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    if let ["arn", partition, "iam", "", account, resource] = parts[..]
        && is_partition(partition)
        && is_account_id(account)
        && let Some(name) = resource.strip_prefix("role/")
        && is_role_name(name)
    {
        return Ok(RoleArn {
            arn: text.to_owned(),
            account_id: account.to_owned(),
        });
    }
    let hint = if text.contains(":assumed-role/") {
        "this is a session of a role; give the role itself: arn:aws:iam::111122223333:role/NAME"
    } else {
        "write it like arn:aws:iam::111122223333:role/ssm-compliance-exporter"
    };
    Err(Fault::new("is not the ARN of a role", hint))
}

fn is_partition(text: &str) -> bool {
    let suffix = text.strip_prefix("aws");
    suffix.is_some_and(|rest| {
        rest.is_empty()
            || rest.strip_prefix('-').is_some_and(|tail| {
                !tail.is_empty()
                    && tail
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            })
    })
}

/// The name of a role, with its path if it has one: `exporter`, `monitoring/exporter`.
pub(super) fn role_name(text: &str) -> Result<String, Fault> {
    // IAM lets a path hold colons, but what holds one here is an ARN.
    if is_role_name(text) && !text.contains(':') {
        return Ok(text.to_owned());
    }
    let hint = if text.starts_with("arn:") {
        "give the name alone, the part of the ARN after role/"
    } else {
        "letters, digits and +=,.@_- are allowed, at most 64 of them, after a path such as monitoring/ if there is one"
    };
    Err(Fault::new("is not the name of a role", hint))
}

fn is_role_name(text: &str) -> bool {
    let (path, name) = text
        .rsplit_once('/')
        .map_or((None, text), |(path, name)| (Some(path), name));
    let name_ok = (1..=64).contains(&name.len()) && name.bytes().all(is_name_byte);
    let path_ok = path.is_none_or(|path| path.len() <= 510 && path.split('/').all(is_path_part));
    name_ok && path_ok
}

fn is_path_part(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic())
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte)
}

/// What STS takes as the name of a role's session.
pub(crate) fn role_session_name(text: &str) -> Result<String, Fault> {
    if (2..=64).contains(&text.len()) && text.bytes().all(is_name_byte) {
        return Ok(text.to_owned());
    }
    let hint = "STS takes 2 to 64 letters, digits and +=,.@_- (no spaces)";
    Err(Fault::new("is not the name of a session", hint))
}

/// Twelve digits.
pub(crate) fn account_id(text: &str) -> Result<String, Fault> {
    if is_account_id(text) {
        return Ok(text.to_owned());
    }
    Err(Fault::new(
        "is not an account id",
        "account ids have 12 digits, leading zeros included",
    ))
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// `ou-ROOT-ID`.
pub(super) fn ou_id(text: &str) -> Result<String, Fault> {
    let is_part = |part: &str, least: usize| {
        (least..=32).contains(&part.len())
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    if let Some((root, id)) = text
        .strip_prefix("ou-")
        .and_then(|rest| rest.split_once('-'))
        && is_part(root, 4)
        && is_part(id, 8)
    {
        return Ok(text.to_owned());
    }
    let hint = if text.starts_with("r-") {
        "this is the organization's root; leave include_ous out to take every account"
    } else {
        "write it like ou-ab12-34cd56ef"
    };
    Err(Fault::new("is not the id of an organizational unit", hint))
}

/// What STS takes as an external id. The fault does not repeat the value.
pub(crate) fn external_id(text: &str) -> Result<super::Secret, Fault> {
    let allowed = |b: u8| is_name_byte(b) || b == b':' || b == b'/';
    if (2..=1224).contains(&text.len()) && text.bytes().all(allowed) {
        return Ok(super::Secret::new(text.to_owned()));
    }
    let hint =
        "STS takes 2 to 1224 letters, digits and +=,.@:/_- (no spaces, no newline at the end)";
    Err(Fault::new("is not an external id", hint))
}

/// The name shown for an account.
pub(super) fn account_name(text: &str) -> Result<String, Fault> {
    if text.trim().is_empty() {
        return Err(Fault::new(
            "is empty",
            "give a name, or remove the key to show the account id",
        ));
    }
    if text.len() > 256 || text.chars().any(char::is_control) {
        return Err(Fault::new(
            "is not a usable name",
            "names have at most 256 bytes and no control characters",
        ));
    }
    Ok(text.to_owned())
}

/// The key of a tag; AWS allows 128 characters.
pub(super) fn tag_key(text: &str) -> Result<String, Fault> {
    if text.is_empty() || text.chars().count() > 128 || text.chars().any(char::is_control) {
        return Err(Fault::new(
            "is not a tag key",
            "tag keys have 1 to 128 characters",
        ));
    }
    Ok(text.to_owned())
}

/// Requests per second: above zero, fractions allowed.
pub(super) fn rate(text: &str) -> Result<f64, Fault> {
    match text.parse::<f64>() {
        Ok(rate) if (SLOWEST..=FASTEST).contains(&rate) => Ok(rate),
        Ok(rate) if rate.is_finite() => Err(Fault::new(
            "is out of range",
            format!("give a number from {SLOWEST} to {FASTEST}"),
        )),
        _ => Err(Fault::new("is not a number", "write it like 5 or 0.5")),
    }
}

/// A count of series; zero is off.
pub(super) fn series(text: &str) -> Result<usize, Fault> {
    let is_whole = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_whole {
        return Err(Fault::new(
            "is not a whole number",
            "write digits only, such as 1000; 0 is off",
        ));
    }
    match text.parse::<usize>() {
        Ok(count) if count <= MOST_SERIES => Ok(count),
        _ => Err(Fault::new(
            "is out of range",
            format!("give at most {MOST_SERIES}"),
        )),
    }
}

/// `true` or `false` as YAML 1.2 has them, without the yes and no of YAML 1.1.
pub(super) fn boolean(text: &str) -> Result<bool, Fault> {
    match text {
        "true" | "True" | "TRUE" => Ok(true),
        "false" | "False" | "FALSE" => Ok(false),
        _ => Err(Fault::new(
            "is neither true nor false",
            "write true or false",
        )),
    }
}

/// An `http` or `https` address without user, query and fragment.
pub(crate) fn http_url(text: &str) -> Result<String, Fault> {
    let hint = "write it like http://127.0.0.1:4566";
    let Some(rest) = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"))
    else {
        return Err(Fault::new("is not an http or https address", hint));
    };
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.contains('@') {
        return Err(Fault::new(
            "holds a user name",
            "remove what stands before the @ sign",
        ));
    }
    if !text.bytes().all(|b| b.is_ascii_graphic())
        || text.contains(['?', '#', '\\'])
        || !is_authority(authority)
    {
        return Err(Fault::new("is not a usable address", hint));
    }
    Ok(text.to_owned())
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
fn is_authority(text: &str) -> bool {
    let (host_ok, port) =
        if let Some((v6, tail)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            (
                v6.parse::<std::net::Ipv6Addr>().is_ok(),
                (!tail.is_empty()).then_some(tail),
            )
        } else {
            let end = text.find(':').unwrap_or(text.len());
            (
                is_host(&text[..end]),
                (end < text.len()).then_some(&text[end..]),
            )
        };
    let is_port = |port: &str| {
        port.strip_prefix(':')
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|digits| digits.parse::<u16>().ok())
            .is_some_and(|port| port > 0)
    };
    host_ok && port.is_none_or(is_port)
}

fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    text.len() <= 253
        && text
            .strip_suffix('.')
            .unwrap_or(text)
            .split('.')
            .all(is_label)
}

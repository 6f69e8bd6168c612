//! STS: a form comes in, XML goes out. `GetCallerIdentity` and `AssumeRole`, nothing else.

use std::collections::BTreeMap;

use super::options::Options;
use super::random;
use super::refusal::Refusal;
use super::time;

/// What is answered, beside the list operations.
pub(super) const OPERATIONS: [&str; 2] = ["GetCallerIdentity", "AssumeRole"];

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// What STS needs to know of a request.
pub(super) struct Caller<'a> {
    pub(super) options: &'a Options,
    pub(super) account: &'a str,
    /// Seconds since 1970.
    pub(super) now: f64,
    /// Makes every access key another one.
    pub(super) number: u64,
}

/// The members of a form. What cannot be decoded is kept as it came.
pub(super) fn form(body: &str) -> BTreeMap<String, String> {
    let pairs = body.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut decoded, mut index) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(index) {
        let escaped = bytes
            .get(index + 1..index + 3)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        match (
            byte,
            escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()),
        ) {
            (b'%', Some(value)) => {
                decoded.push(value);
                index += 2;
            }
            (b'+', _) => decoded.push(b' '),
            _ => decoded.push(*byte),
        }
        index += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The access key of a session in an account.
pub(super) fn access_key(account: &str, number: u64) -> String {
    format!("ASIA{account}{:04}", number % 10_000)
}

/// The account that an access key of ours belongs to.
pub(super) fn account_of(access_key: &str) -> Option<&str> {
    let account = access_key.strip_prefix("ASIA")?.get(..12)?;
    account
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(account)
}

/// The XML of an answer.
pub(super) fn answer(
    action: &str,
    form: &BTreeMap<String, String>,
    caller: &Caller<'_>,
) -> Result<String, Refusal> {
    match action {
        "GetCallerIdentity" => Ok(identity(caller)),
        "AssumeRole" => assume_role(form, caller),
        other => {
            let message = format!("Could not find operation {other} for version 2011-06-15");
            Err(Refusal::modelled("InvalidAction", message))
        }
    }
}

fn identity(caller: &Caller<'_>) -> String {
    let account = caller.account;
    format!(
        "<Arn>arn:aws:iam::{account}:user/simulated</Arn><UserId>AIDASIMULATEDUSER0000</UserId>\
         <Account>{account}</Account>"
    )
}

/// The account of the role that a form asks for.
pub(super) fn account_of_role(body: &[u8]) -> Option<String> {
    role_of(form(&String::from_utf8_lossy(body)).get("RoleArn")?)
        .map(|(account, _)| account.to_owned())
}

fn assume_role(form: &BTreeMap<String, String>, caller: &Caller<'_>) -> Result<String, Refusal> {
    let member = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let (role, session) = (member("RoleArn"), member("RoleSessionName"));
    if session.is_empty() {
        return Err(Refusal::missing("roleSessionName"));
    }
    let (account, name) = role_of(role)
        .ok_or_else(|| Refusal::common("ValidationError", format!("{role} is invalid")))?;
    let seconds = match member("DurationSeconds") {
        "" => 3600,
        text => text
            .parse::<u32>()
            .ok()
            .filter(|seconds| (900..=43_200).contains(seconds))
            .ok_or_else(|| {
                Refusal::constraint(
                    format!("'{text}'"),
                    "durationSeconds",
                    "Member must have value between 900 and 43200",
                )
            })?,
    };
    let wanted = caller.options.external_ids.get(account).map(String::as_str);
    let known = caller.options.accounts.iter().any(|known| known == account);
    if !known || wanted.is_some_and(|wanted| wanted != member("ExternalId")) {
        return Err(Refusal::denied(caller.account, "sts", "AssumeRole"));
    }
    let key = access_key(account, caller.number);
    let random = |salt| random::uuid(random::join(random::text(&key), salt)).replace('-', "");
    Ok(format!(
        "<AssumedRoleUser><AssumedRoleId>AROASIMULATEDROLE0000:{session}</AssumedRoleId>\
         <Arn>arn:aws:sts::{account}:assumed-role/{name}/{session}</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>\
         <SessionToken>{token}</SessionToken><Expiration>{}</Expiration></Credentials>",
        time::iso(caller.now + f64::from(seconds)),
        secret = random(1),
        token = random(2),
        session = escape(session),
        name = escape(name),
    ))
}

/// Account and name of a role.
fn role_of(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':');
    let head = (
        parts.next()?,
        parts.next()?.starts_with("aws"),
        parts.next()?,
        parts.next()?,
    );
    let (account, resource) = (parts.next()?, parts.next()?);
    let name = resource
        .strip_prefix("role/")
        .and_then(|path| path.rsplit('/').next())
        .filter(|name| !name.is_empty())?;
    let twelve = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (head == ("arn", true, "iam", "") && twelve).then_some((account, name))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The document around an answer.
pub(super) fn document(action: &str, result: &str, request_id: &str) -> String {
    format!(
        "<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>{result}</{action}Result>\
         <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    )
}

/// The document of an error.
pub(super) fn error(refusal: &Refusal, request_id: &str) -> String {
    let kind = if refusal.status >= 500 {
        "Receiver"
    } else {
        "Sender"
    };
    format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{kind}</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{request_id}</RequestId></ErrorResponse>",
        refusal.code,
        escape(refusal.message.as_deref().unwrap_or_default()),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Caller, account_of, answer, form};
    use crate::Options;

    fn assume(body: &str) -> Result<String, &'static str> {
        let external_ids = BTreeMap::from([("444455556666".to_owned(), "s3cret+1".to_owned())]);
        let options = Options {
            external_ids,
            ..Options::default()
        };
        let caller = Caller {
            options: &options,
            account: "111122223333",
            now: 0.0,
            number: 12_345,
        };
        answer("AssumeRole", &form(body), &caller).map_err(|refusal| refusal.code)
    }

    #[test]
    fn the_key_of_a_role_leads_back_to_its_account() {
        let xml = assume(
            "RoleSessionName=s&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fpath%2Freader",
        )
        .unwrap();
        assert!(
            xml.contains("<AccessKeyId>ASIA1111222233332345</AccessKeyId>"),
            "{xml}"
        );
        assert!(xml.contains("arn:aws:sts::111122223333:assumed-role/reader/s"));
        assert_eq!(account_of("ASIA1111222233332345"), Some("111122223333"));
        assert_eq!(account_of("AKIAIOSFODNN7EXAMPLE"), None);
        assert_eq!(account_of("ASIA11112222333é"), None);
    }

    #[test]
    fn external_ids_and_unknown_accounts_are_checked() {
        let role = "RoleSessionName=s&RoleArn=arn:aws:iam::444455556666:role/r";
        assert_eq!(assume(role), Err("AccessDenied"));
        assert!(assume(&format!("{role}&ExternalId=s3cret%2B1")).is_ok());
        assert_eq!(
            assume("RoleSessionName=s&RoleArn=arn:aws:iam::999999999999:role/r"),
            Err("AccessDenied")
        );
        assert_eq!(
            assume("RoleSessionName=s&RoleArn=nonsense"),
            Err("ValidationError")
        );
        assert_eq!(
            assume(&format!("{role}&DurationSeconds=60")),
            Err("ValidationException")
        );
    }
}

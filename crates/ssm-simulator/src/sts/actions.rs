//! What the actions of STS answer.

use std::collections::BTreeMap;

use super::access_key::session_access_key;
use super::form::Form;
use super::role_arn::RoleArn;
use super::xml::escape;
use crate::model::{ASSUME_ROLE, GET_CALLER_IDENTITY, OPERATION_NAMES};
use crate::organization::Organization;
use crate::random;
use crate::refusal::{Refusal, RefusedCall};
use crate::service::Service;
use crate::time;

/// How long a session may last.
const SESSION_SECONDS: std::ops::RangeInclusive<u32> = 900..=43_200;
/// How long a session lasts if the request does not say.
const DEFAULT_SESSION_SECONDS: u32 = 3600;

/// Who calls, and what STS needs to know of the accounts.
pub(crate) struct Caller<'a> {
    /// The account of the caller.
    pub(crate) account: &'a str,
    /// The partition that is asked.
    pub(crate) partition: &'static str,
    /// The accounts that exist.
    pub(crate) organization: &'a Organization,
    /// The external id that the roles of an account require.
    pub(crate) external_ids: &'a BTreeMap<String, String>,
    /// The present moment, in seconds since 1970.
    pub(crate) now: f64,
    /// The number of the request, which makes access keys differ.
    pub(crate) request_number: u64,
}

/// The result of an action, in XML.
pub(crate) fn answer(action: &str, form: &Form, caller: &Caller<'_>) -> Result<String, Refusal> {
    match action {
        GET_CALLER_IDENTITY => Ok(caller_identity(caller)),
        ASSUME_ROLE => assume_role(form, caller),
        other => {
            let message = format!(
                "Could not find operation {other} for version 2011-06-15. The simulated AWS answers: {}.",
                OPERATION_NAMES.join(", ")
            );
            Err(Refusal::modelled("InvalidAction", message))
        }
    }
}

fn caller_identity(caller: &Caller<'_>) -> String {
    let Caller {
        account, partition, ..
    } = caller;
    format!(
        "<Arn>arn:{partition}:iam::{account}:user/simulated</Arn><UserId>AIDASIMULATEDUSER0000</UserId>\
         <Account>{account}</Account>"
    )
}

fn assume_role(form: &Form, caller: &Caller<'_>) -> Result<String, Refusal> {
    let session_name = form.member("RoleSessionName");
    if session_name.is_empty() {
        return Err(Refusal::missing("roleSessionName"));
    }
    // The constraints of the service model are checked before the role itself.
    let arn = form.role_arn();
    let role = RoleArn::parse(arn)
        .ok_or_else(|| Refusal::common("ValidationError", format!("{arn} is invalid")))?;
    let seconds = session_seconds(form.member("DurationSeconds"))?;
    if !may_assume(role, form.member("ExternalId"), caller) {
        return Err(Refusal::denied(&RefusedCall {
            account: caller.account,
            service: Service::Sts,
            operation: ASSUME_ROLE,
        }));
    }
    // The account is in the access key, which is how later requests find their way.
    let access_key = session_access_key(role.account, caller.request_number);
    let user = assumed_role_user(role, session_name, caller.partition);
    let credentials = credentials(&access_key, caller.now + f64::from(seconds));
    Ok(format!("{user}{credentials}"))
}

fn session_seconds(text: &str) -> Result<u32, Refusal> {
    if text.is_empty() {
        return Ok(DEFAULT_SESSION_SECONDS);
    }
    match text.parse() {
        Ok(seconds) if SESSION_SECONDS.contains(&seconds) => Ok(seconds),
        _ => Err(Refusal::constraint(
            format!("'{text}'"),
            "durationSeconds",
            "Member must have value between 900 and 43200",
        )),
    }
}

/// AWS does not say whether the account, the role or the external id is wrong.
fn may_assume(role: RoleArn<'_>, external_id: &str, caller: &Caller<'_>) -> bool {
    // Roles cannot be assumed across partitions, nor in an account that is closed.
    let is_in_partition = role.partition == caller.partition;
    if !is_in_partition || !caller.organization.is_active(role.account) {
        return false;
    }
    match caller.external_ids.get(role.account) {
        Some(required) => required == external_id,
        None => true,
    }
}

fn assumed_role_user(role: RoleArn<'_>, session_name: &str, partition: &str) -> String {
    let account = role.account;
    let name = escape(role.name);
    let session = escape(session_name);
    format!(
        "<AssumedRoleUser><AssumedRoleId>AROASIMULATEDROLE0000:{session}</AssumedRoleId>\
         <Arn>arn:{partition}:sts::{account}:assumed-role/{name}/{session}</Arn></AssumedRoleUser>"
    )
}

fn credentials(access_key: &str, expiration: f64) -> String {
    let secret = random_text(access_key, 1);
    let token = random_text(access_key, 2);
    let expiration = time::iso(expiration);
    format!(
        "<Credentials><AccessKeyId>{access_key}</AccessKeyId>\
         <SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken>\
         <Expiration>{expiration}</Expiration></Credentials>"
    )
}

fn random_text(access_key: &str, salt: u64) -> String {
    random::uuid(random::join(random::text(access_key), salt)).replace('-', "")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Caller, answer};
    use crate::Options;
    use crate::organization::Organization;
    use crate::sts::Form;
    use crate::sts::access_key::account_of_access_key;

    fn assume(body: &str) -> Result<String, &'static str> {
        // The default accounts are 111122223333 and 444455556666.
        let organization = Organization::new(&Options::default(), 0.0);
        let external_ids = BTreeMap::from([("444455556666".to_owned(), "s3cret+1".to_owned())]);
        let caller = Caller {
            account: "111122223333",
            partition: "aws",
            organization: &organization,
            external_ids: &external_ids,
            now: 0.0,
            request_number: 12_345,
        };
        answer("AssumeRole", &Form::read(body.as_bytes()), &caller).map_err(|refusal| refusal.code)
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
        assert_eq!(
            account_of_access_key("ASIA1111222233332345"),
            Some("111122223333")
        );
        assert_eq!(account_of_access_key("AKIAIOSFODNN7EXAMPLE"), None);
        assert_eq!(account_of_access_key("ASIA11112222333é"), None);
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
            assume("RoleSessionName=s&RoleArn=arn:aws-cn:iam::111122223333:role/r"),
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

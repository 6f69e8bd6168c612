//! Answers of STS: whose credentials these are, and a session of a role.

use std::sync::Arc;
use std::time::Duration;

use fuzzing::Fuzz;

use super::in_memory::{Answer, InMemoryAws, SESSION_TOKEN};
use super::{check_error, in_bounded_time, paused_runtime};
use crate::aws::SsmSource;
use crate::aws::tests::scripted_aws::{Counts, options, role_options};
use crate::collect::Source;

const WORDS: [&str; 48] = [
    "<",
    ">",
    "</",
    "/>",
    "<?xml version=\"1.0\"?>",
    "<!DOCTYPE x [<!ENTITY a \"b\">]>",
    "&a;",
    "&lt;",
    "&#0;",
    "&#x1F600;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<a b=\"c\">",
    " xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"",
    "<GetCallerIdentityResponse>",
    "<GetCallerIdentityResult>",
    "<Account>",
    "</Account>",
    "111122223333",
    "11112222333",
    "<AssumeRoleResponse>",
    "<AssumeRoleResult>",
    "<Credentials>",
    "<AccessKeyId>",
    "<SecretAccessKey>",
    "<SessionToken>",
    "<Expiration>",
    "2099-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "99999-01-01T00:00:00Z",
    "</Expiration>",
    "<ErrorResponse><Error><Code>",
    "</Code></Error></ErrorResponse>",
    "InvalidClientTokenId",
    "ExpiredToken",
    "AccessDenied",
    "Throttling",
    " 200\n",
    " 400\n",
    " 403\n",
    " 503\n",
    "\n\n",
    "whose",
    "role",
    "x-amzn-requestid: ",
    SESSION_TOKEN,
];

#[test]
fn any_answer_of_sts_names_an_account_or_is_an_error() {
    let runtime = paused_runtime();
    let aws = InMemoryAws::default();
    let per_kilobyte = Duration::from_millis(50);
    Fuzz::of("sts-answers")
        .words(WORDS)
        .per_kilobyte(per_kilobyte)
        .check(|input| {
            let answer = Answer::read(input)?;
            let options = if answer.asked == "role" {
                role_options()
            } else {
                options()
            };
            if !aws.answer(answer) {
                return None;
            }
            let begun = runtime.block_on(async {
                // Whose credentials these are is remembered with the base, so each input has its own.
                let source = SsmSource::new(&aws.base(), options, Arc::<Counts>::default());
                in_bounded_time(source.begin()).await
            });
            Some(match begun {
                Ok(account) => {
                    assert!(
                        account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()),
                        "{account}"
                    );
                    "an account"
                }
                Err(error) => check_error(&error),
            })
        });
}

//! Answers for a scripted AWS.

use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// What the script answers to a request.
pub(in crate::aws) enum Reply {
    /// A whole answer.
    Response {
        status: u16,
        headers: String,
        body: String,
    },
    /// Half of a good answer of SSM, then the connection is closed.
    CutShort,
    /// This text, which is a part of an answer, then the connection is closed.
    Half(&'static str),
    /// The connection is closed without an answer.
    HangUp,
    /// Nothing, for ever.
    Silence,
    /// A head, and then the same part of a body again and again, with a pause between.
    Endless {
        head: String,
        part: String,
        pause: Duration,
    },
}

/// An answer of SSM.
pub(in crate::aws) fn json(status: u16, body: &str) -> Reply {
    with_headers(status, "", body)
}

/// An answer of SSM with further headers, each with its line break.
pub(in crate::aws) fn with_headers(status: u16, headers: &str, body: &str) -> Reply {
    let headers = format!("content-type: application/x-amz-json-1.1\r\n{headers}");
    Reply::Response {
        status,
        headers,
        body: body.to_owned(),
    }
}

/// A refusal by SSM.
pub(in crate::aws) fn refusal(code: &str, message: &str) -> Reply {
    json(
        400,
        &format!(r#"{{"__type":"{code}","message":"{message}"}}"#),
    )
}

/// A page that is not AWS's, for example that of a proxy.
pub(in crate::aws) fn html(status: u16) -> Reply {
    let headers = "content-type: text/html\r\n".to_owned();
    Reply::Response {
        status,
        headers,
        body: "<html><body>oops</body></html>".to_owned(),
    }
}

/// A session of `minutes` that `AssumeRole` gives; its access key is `key`.
pub(in crate::aws) fn session(key: &str, minutes: u64) -> Reply {
    let end = SystemTime::now() + Duration::from_mins(minutes);
    let end = DateTime::from(end).fmt(Format::DateTime).expect("a time");
    xml(
        200,
        &format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId>\
             <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>{end}</Expiration>\
             </Credentials></AssumeRoleResult></AssumeRoleResponse>"
        ),
    )
}

/// The answer to `GetCallerIdentity`.
pub(in crate::aws) fn identity(account: &str) -> Reply {
    xml(
        200,
        &format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>{account}</Account>\
             </GetCallerIdentityResult></GetCallerIdentityResponse>"
        ),
    )
}

/// A refusal by STS.
pub(in crate::aws) fn sts_refusal(code: &str) -> Reply {
    let error =
        format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error>");
    xml(
        403,
        &format!("<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"),
    )
}

fn xml(status: u16, body: &str) -> Reply {
    Reply::Response {
        status,
        headers: "content-type: text/xml\r\n".to_owned(),
        body: body.to_owned(),
    }
}

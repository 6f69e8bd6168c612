//! What SSM's answers must pass before the SDK reads them.
//!
//! The SDK takes any HTTP 200 for a good answer, and it skips what it does not know in it. So
//! errors that come as HTTP 200 are made to look like errors, and an answer with far more rows than
//! were asked for is refused before the SDK builds anything from it.

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::disguised_error::undisguised;
use super::refused_answer::{Flaw, MAX_ROWS, MAX_VALUES, RefusedAnswer};
use super::wrapped_client::wrapped;

/// Shorter secrets are not searched for, because they may occur in any answer by chance.
const MIN_SECRET_BYTES: usize = 16;

/// The same client, for SSM.
pub(super) fn checked(client: SharedHttpClient) -> SharedHttpClient {
    wrapped(client, CheckedConnector)
}

#[derive(Debug)]
struct CheckedConnector(SharedHttpConnector);

impl HttpConnector for CheckedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // Sending the request consumes it.
        let secrets = secrets_of(&request);
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let response = undisguised(answer.await?);
            unless_flawed(response, &secrets)
        })
    }
}

fn unless_flawed(
    response: HttpResponse,
    secrets: &[String],
) -> Result<HttpResponse, ConnectorError> {
    match flaw_of(&response, secrets) {
        Some(flaw) => Err(RefusedAnswer::error(&response, flaw)),
        None => Ok(response),
    }
}

/// The parts of a request that nobody but AWS should ever see: its signature and its session token.
fn secrets_of(request: &HttpRequest) -> Vec<String> {
    let headers = request.headers();
    let signature = headers.get("authorization").and_then(signature);
    let session_token = headers.get("x-amz-security-token");
    [signature, session_token]
        .into_iter()
        .flatten()
        .filter(|secret| secret.len() >= MIN_SECRET_BYTES)
        .map(str::to_owned)
        .collect()
}

fn signature(authorization: &str) -> Option<&str> {
    // The rest of the header, such as the access key id and the date, is no secret.
    let (_, signature) = authorization.split_once("Signature=")?;
    Some(signature)
}

/// What is wrong with an answer that looks good.
fn flaw_of(response: &HttpResponse, secrets: &[String]) -> Option<Flaw> {
    // Of an error only the code and the message are used, and the log redacts secrets by itself.
    if !response.status().is_success() {
        return None;
    }
    let body = response.body().bytes().unwrap_or_default();
    // What the rows say is exported. An endpoint that echoes the request must not turn our session
    // token into the name of an instance.
    if repeats_any(body, secrets) {
        return Some(Flaw::RepeatsSecrets);
    }
    flaw_of_size(body)
}

fn repeats_any(body: &[u8], secrets: &[String]) -> bool {
    // Bytes that are no UTF-8 do not hide a secret in the rest of the body.
    let text = String::from_utf8_lossy(body);
    let repeats = |text: &str| secrets.iter().any(|secret| text.contains(secret.as_str()));
    // JSON has several ways to write a letter, and the SDK undoes them all.
    repeats(&text) || text.contains('\\') && repeats(&unescaped(&text))
}

/// A text with the escapes of JSON (RFC 8259 section 7) undone, as far as secrets have such letters.
fn unescaped(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        unescaped.push_str(before);
        let digits = escape.strip_prefix('u').and_then(|after| after.get(..4));
        let letter = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        rest = match letter.and_then(char::from_u32) {
            Some(letter) => {
                unescaped.push(letter);
                escape.get(5..).unwrap_or_default()
            }
            // What stands behind the backslash stands for itself, or is in no secret.
            None => escape,
        };
    }
    unescaped + rest
}

/// Counts rows and values without parsing. Whether the body is JSON at all is for the SDK to find
/// out.
fn flaw_of_size(body: &[u8]) -> Option<Flaw> {
    let mut counter = JsonCounter::default();
    for byte in body {
        counter.read(*byte);
        // Asked after each byte, since a list that follows would hide the rows of this one.
        if let Some(flaw) = counter.flaw() {
            return Some(flaw);
        }
    }
    None
}

/// Counts by commas what a JSON text holds.
#[derive(Default)]
struct JsonCounter {
    depth: usize,
    /// How many values there are in all, save the last one of each list and object.
    values: usize,
    /// How many rows the list under way has, if it is one of the answer's own members.
    rows: Option<usize>,
    is_in_string: bool,
    is_escaped: bool,
}

impl JsonCounter {
    /// What there is too much of, as far as the text was read.
    fn flaw(&self) -> Option<Flaw> {
        if self.rows.is_some_and(|rows| rows > MAX_ROWS) {
            Some(Flaw::TooManyRows)
        } else if self.values > MAX_VALUES {
            Some(Flaw::TooManyValues)
        } else {
            None
        }
    }

    fn read(&mut self, byte: u8) {
        if self.is_in_string {
            self.read_in_string(byte);
        } else {
            self.read_structure(byte);
        }
    }

    fn read_in_string(&mut self, byte: u8) {
        // A backslash that is escaped itself does not escape what follows.
        let was_escaped = self.is_escaped;
        self.is_escaped = byte == b'\\' && !was_escaped;
        self.is_in_string = byte != b'"' || was_escaped;
    }

    fn read_structure(&mut self, byte: u8) {
        match byte {
            b'"' => self.is_in_string = true,
            b'[' | b'{' => self.open(byte),
            // What is no JSON may close more than it has opened.
            b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            b',' => self.count_comma(),
            _ => {}
        }
    }

    fn open(&mut self, bracket: u8) {
        self.depth += 1;
        // The answer itself is at depth 1, so this is one of its own members.
        if self.depth == 2 {
            // An empty list counts as one row. That does not matter, since only too many rows do.
            self.rows = (bracket == b'[').then_some(1);
        }
    }

    fn count_comma(&mut self) {
        self.values += 1;
        if self.depth == 2 {
            self.rows = self.rows.map(|rows| rows + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_however_json_writes_it() {
        let secrets = ["to/ken+1".to_owned()];
        for body in [
            "to/ken+1",
            r"to\/ken+1",
            r"\u0074o/ken\u002b1",
            r"\u0074\u006F/ken+\u0031",
        ] {
            assert!(repeats_any(body.as_bytes(), &secrets), "{body}");
        }
        for body in [
            r"to\u000ken+1",
            r"to\",
            r"\u12",
            r"\ud800to/ken",
            "\\u\u{e4}\u{e4}",
        ] {
            assert!(!repeats_any(body.as_bytes(), &secrets), "{body}");
        }
    }

    #[test]
    fn rows_and_values_are_counted_wherever_commas_are_not_text() {
        let list = |rows: usize| {
            format!(
                r#"{{"A":[{}]}}"#,
                vec![r#"{"B":"],[,\",","C":[1,2]}"#; rows].join(",")
            )
        };
        assert!(flaw_of_size(list(MAX_ROWS).as_bytes()).is_none());
        assert!(matches!(
            flaw_of_size(list(MAX_ROWS + 1).as_bytes()),
            Some(Flaw::TooManyRows)
        ));
        let members = |count: usize| {
            format!(
                r#"{{"A":[{{"D":{{{}}}}}]}}"#,
                vec![r#""k":"""#; count].join(",")
            )
        };
        assert!(flaw_of_size(members(MAX_VALUES).as_bytes()).is_none());
        assert!(matches!(
            flaw_of_size(members(MAX_VALUES + 2).as_bytes()),
            Some(Flaw::TooManyValues)
        ));
        for odd in ["", "]]]]", r#""unended"#, "<html>{[,"] {
            assert!(flaw_of_size(odd.as_bytes()).is_none(), "{odd}");
        }
    }
}

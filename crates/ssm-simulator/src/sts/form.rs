//! Reads the form of a request (`application/x-www-form-urlencoded`).

use std::collections::BTreeMap;

/// The members of a form.
#[derive(Debug)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    pub(crate) fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let members = text
            .split('&')
            // An empty body is a form without members, and not one with an empty name.
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect();
        Self(members)
    }

    pub(crate) fn action(&self) -> Option<&str> {
        self.0.get("Action").map(String::as_str)
    }

    pub(crate) fn role_arn(&self) -> &str {
        self.member("RoleArn")
    }

    /// The values of a list, whose members are numbered from 1.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        (1..)
            .map_while(|number| self.0.get(&format!("{name}.{number}")))
            .map(String::as_str)
            .collect()
    }

    /// The value of a member, or an empty text without it.
    pub(crate) fn member(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// Decodes a name or a value. What is no escape sequence stays as it is.
fn decode(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'+' => decoded.push(b' '),
            b'%' => {
                if let Some(escaped) = hex_byte(after) {
                    decoded.push(escaped);
                    rest = &after[2..];
                } else {
                    decoded.push(b'%');
                }
            }
            _ => decoded.push(*byte),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The byte that two hexadecimal digits stand for.
fn hex_byte(text: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(text.get(..2)?).ok()?;
    u8::from_str_radix(digits, 16).ok()
}

//! The headers that a web configuration may add to every answer: a closed list, as the
//! exporter-toolkit has it.

use hyper::HeaderMap;
use hyper::header::{
    CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS, X_XSS_PROTECTION,
};

use crate::config::document::{Problems, Value, shown};

/// Each header's name as the file writes it, and its possible values; any if there are none.
const HEADERS: [(&str, HeaderName, &[&str]); 5] = [
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY, &[]),
    ("X-Frame-Options", X_FRAME_OPTIONS, &["deny", "sameorigin"]),
    (
        "X-Content-Type-Options",
        X_CONTENT_TYPE_OPTIONS,
        &["nosniff"],
    ),
    ("X-XSS-Protection", X_XSS_PROTECTION, &[]),
    ("Strict-Transport-Security", STRICT_TRANSPORT_SECURITY, &[]),
];

pub(super) fn resolve_headers(raw: &[(String, Value)], problems: &Problems) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in raw {
        if let Some((name, value)) = resolve_header(name, value, problems) {
            headers.insert(name, value);
        }
    }
    headers
}

fn resolve_header(
    name: &str,
    value: &Value,
    problems: &Problems,
) -> Option<(HeaderName, HeaderValue)> {
    let Some((_, header, allowed)) = HEADERS.into_iter().find(|(known, ..)| *known == name) else {
        let what = format!("the header {} cannot be set", shown(name));
        let hint = format!(
            "those that can are {}",
            HEADERS.map(|(name, ..)| name).join(", ")
        );
        problems.add(value.line, what, hint);
        return None;
    };
    // The file says of a header that is blank that it is not set.
    if value.text.is_empty() {
        return None;
    }
    let is_allowed = allowed.is_empty() || allowed.contains(&value.text.as_str());
    match HeaderValue::from_str(&value.text) {
        Ok(text) if is_allowed => Some((header, text)),
        _ => {
            let what = format!("{} cannot be {}", value.path, shown(&value.text));
            problems.add(value.line, what, hint_for(allowed));
            None
        }
    }
}

fn hint_for(allowed: &[&str]) -> String {
    match allowed {
        [] => "write it on one line, without control characters".to_owned(),
        _ => format!("write {}", allowed.join(" or ")),
    }
}

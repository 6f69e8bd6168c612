//! Ids of instances in the paths of URLs.
//!
//! Anybody with `ssm:PutComplianceItems` chooses such ids, so they may be any text.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::frame::INSTANCES_PATH;

/// All but RFC 3986's unreserved characters. A slash is escaped, too: it is no part of the path.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The path of an instance's page.
pub(in crate::http) fn instance_path(id: &str) -> String {
    // Browsers take these two for steps in the path, also if they are escaped. An id in the query
    // is no step.
    if matches!(id, "." | "..") {
        return format!("{INSTANCES_PATH}/?id={id}");
    }
    format!("{INSTANCES_PATH}/{}", utf8_percent_encode(id, ESCAPED))
}

/// The path of an instance's page, in an account and a region if they are not empty.
pub(super) fn instance_path_in(id: &str, account_id: &str, region: &str) -> String {
    let path = instance_path(id);
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (parameter, value) in [("account_id", account_id), ("region", region)] {
        if !value.is_empty() {
            query.append_pair(parameter, value);
        }
    }
    let separator = if path.contains('?') { '&' } else { '?' };
    match query.finish().as_str() {
        "" => path,
        query => format!("{path}{separator}{query}"),
    }
}

/// The id that stands behind `/instances/`.
pub(in crate::http) fn decoded_id(rest_of_path: &str) -> Cow<'_, str> {
    // Some proxies decode an escaped slash, so whatever follows belongs to the id.
    percent_decode_str(rest_of_path).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_id_survives_its_way_through_a_path() {
        let long = "\u{1f600}".repeat(64);
        for id in [
            "i-0123456789abcdef0",
            "<script>alert(1)</script>",
            "../../metrics",
            "a b+c%20?x=y#z",
            "\"'&;",
            &long,
        ] {
            let path = instance_path(id);
            let rest = path.strip_prefix("/instances/").unwrap();
            assert!(
                !rest.contains(['/', '?', '#', '<', '"', '\'', ' ']),
                "{path}"
            );
            assert_eq!(decoded_id(rest), id);
        }
        assert_eq!(instance_path(".."), "/instances/?id=..");
    }

    #[test]
    fn what_no_browser_writes_is_decoded_all_the_same() {
        assert_eq!(decoded_id("a/b"), "a/b");
        assert_eq!(decoded_id("%zz%"), "%zz%");
        assert_eq!(decoded_id("%ff"), "\u{fffd}");
    }
}

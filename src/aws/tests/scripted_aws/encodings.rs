//! The forms in which an endpoint may repeat a secret.

/// A text in every form in which an endpoint may repeat it, with the name of the encoding.
pub(in crate::aws) fn encoded(text: &str) -> Vec<(&'static str, String)> {
    let each = |format: fn(u8) -> String| text.bytes().map(format).collect::<Vec<_>>().concat();
    let url = form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    vec![
        ("plain", text.to_owned()),
        ("url", url.clone()),
        (
            "url of url",
            form_urlencoded::byte_serialize(url.as_bytes()).collect(),
        ),
        ("url in small letters", each(|byte| format!("%{byte:02x}"))),
        ("base64", base64(text)),
        ("base64 of url", base64(&url)),
        ("base64 of base64", base64(&base64(text))),
        (
            "base64 for URLs",
            base64(text)
                .replace('+', "-")
                .replace('/', "_")
                .trim_end_matches('=')
                .to_owned(),
        ),
        ("hexadecimal", each(|byte| format!("{byte:02x}"))),
        ("json", text.replace('/', r"\/")),
        ("json code points", each(|byte| format!(r"\u{byte:04X}"))),
        ("xml", each(|byte| format!("&#{byte};"))),
        ("capitals", text.to_ascii_uppercase()),
        (
            "words",
            each(|byte| format!("{} ", char::from(byte)))
                .trim()
                .to_owned(),
        ),
    ]
}

fn base64(text: &str) -> String {
    aws_smithy_types::base64::encode(text)
}

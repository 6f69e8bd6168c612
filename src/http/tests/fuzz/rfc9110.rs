//! A slow and literal reading of RFC 9110, sections 5.6 and 12.5: what a header of preferences says.
//! It shares nothing with the exporter's own.

/// A parameter with its value, unquoted.
type Parameter = (String, String);

/// An element of a list: its name in lower case, its parameters, and its weight in thousandths.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) weight: u16,
}

/// The elements of a header; nothing if any of them is not as the RFC has it.
pub(super) fn elements(header: &str, is_name: fn(&str) -> bool) -> Option<Vec<Element>> {
    let texts = split(header, ',')?;
    let texts = texts.iter().map(|text| trimmed(text));
    // "A recipient MUST parse and ignore a reasonable number of empty list elements" (5.6.1.2).
    texts
        .filter(|text| !text.is_empty())
        .map(|text| element(text, is_name))
        .collect()
}

fn element(text: &str, is_name: fn(&str) -> bool) -> Option<Element> {
    let mut parts = split(text, ';')?.into_iter();
    let name = trimmed(&parts.next()?).to_ascii_lowercase();
    let mut parameters = Vec::new();
    let mut weight = None;
    for part in parts {
        // An empty one, which the RFC has for old senders, is no parameter here: the library that reads
        // media types takes none, and no scraper sends any.
        let (key, value) = parameter(trimmed(&part))?;
        let is_new = parameters.iter().all(|(known, _)| *known != key);
        match key.as_str() {
            "q" if weight.is_none() => weight = Some(thousandths(&value)?),
            // Which of two counts, the RFC does not say.
            _ if is_new && key != "q" => parameters.push((key, value)),
            _ => return None,
        }
    }
    is_name(&name).then_some(Element {
        name,
        parameters,
        weight: weight.unwrap_or(1000),
    })
}

/// parameter = parameter-name "=" parameter-value, without white space around the sign.
fn parameter(text: &str) -> Option<Parameter> {
    let (key, value) = text.split_once('=')?;
    let value = match value.strip_prefix('"') {
        Some(quoted) => unquoted(quoted)?,
        None => is_token(value).then(|| value.to_owned())?,
    };
    is_token(key).then(|| (key.to_ascii_lowercase(), value))
}

/// What stands in quotes, of which the opening one was read.
fn unquoted(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(value),
            '\\' => value.push(characters.next()?),
            character => value.push(character),
        }
    }
}

/// qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_short = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let padded: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" if is_short => Some(padded),
        "1" if is_short && padded == 0 => Some(1000),
        _ => None,
    }
}

/// The parts between separators that do not stand in quotes; nothing if quotes do not close.
fn split(text: &str, separator: char) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut is_quoted = false;
    let mut is_escaped = false;
    for character in text.chars() {
        if character == separator && !is_quoted {
            parts.push(String::new());
            continue;
        }
        let is_quote = character == '"' && !is_escaped;
        is_escaped = is_quoted && character == '\\' && !is_escaped;
        is_quoted ^= is_quote;
        parts.last_mut()?.push(character);
    }
    (!is_quoted).then_some(parts)
}

/// Without optional white space at its ends, OWS = *( SP / HTAB ).
fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// token, without three signs that no name or value of a media type has (RFC 6838 section 4.2) and that
/// the library refuses for that.
pub(super) fn is_token(text: &str) -> bool {
    let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_".contains(&byte);
    let begins_well = text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '*');
    begins_well && text.len() < 128 && text.bytes().all(is_tchar)
}

/// media-range, without parameters.
pub(super) fn is_media_range(text: &str) -> bool {
    match text.split_once('/') {
        // A type of all types has no subtype.
        Some((ty, subtype)) => is_token(ty) && is_token(subtype) && (ty != "*" || subtype == "*"),
        None => false,
    }
}

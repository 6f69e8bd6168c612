//! The parts of a line: names, labels and values.

use std::collections::BTreeMap;

use super::Series;

pub(super) fn check_name(name: &str, colons: bool) -> Result<(), String> {
    let first = name.bytes().next().ok_or("an empty name")?;
    let good = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || (colons && b == b':');
    if !first.is_ascii_digit() && name.bytes().all(good) {
        Ok(())
    } else {
        Err(format!("{name:?} is no name"))
    }
}

/// Reads `name{key="value",...} number`, with exactly these spaces and no timestamp.
pub(super) fn read_sample(line: &str) -> Result<(Series, f64), String> {
    let end = line.find(['{', ' ']).ok_or("neither labels nor a value")?;
    let (name, mut rest) = line.split_at(end);
    check_name(name, true)?;
    let mut labels = BTreeMap::new();
    if let Some(mut inside) = rest.strip_prefix('{') {
        while !inside.starts_with('}') {
            let (key, value, after) = read_label(inside)?;
            if labels.insert(key, value).is_some() {
                return Err("a label twice".to_owned());
            }
            inside = match after.strip_prefix(',') {
                Some(next) if !next.starts_with('}') => next,
                Some(_) => return Err("a comma too many".to_owned()),
                None => after,
            };
        }
        rest = &inside[1..];
    }
    let value = rest.strip_prefix(' ').ok_or("no space before the value")?;
    Ok((
        Series {
            name: name.to_owned(),
            labels,
        },
        read_value(value)?,
    ))
}

/// Reads a label. Returns its key, its value, and the rest of the line.
fn read_label(text: &str) -> Result<(String, String, &str), String> {
    let (key, rest) = text.split_once("=\"").ok_or("a label without a value")?;
    check_name(key, false)?;
    let mut escaped = false;
    let end = rest.find(|c| {
        let ends = !escaped && c == '"';
        escaped = !escaped && c == '\\';
        ends
    });
    let end = end.ok_or("a label value without an end")?;
    let after = &rest[end + 1..];
    if !after.starts_with([',', '}']) {
        return Err("neither a comma nor an end behind a label".to_owned());
    }
    Ok((key.to_owned(), unescape(&rest[..end], true)?, after))
}

/// Replaces the escapes `\\`, `\n` and, where it may occur, `\"`. There are no others.
pub(super) fn unescape(text: &str, quotes: bool) -> Result<String, String> {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next() {
                Some('\\') => '\\',
                Some('n') => '\n',
                Some('"') if quotes => '"',
                other => return Err(format!("the escape {other:?} does not exist")),
            },
            '"' if quotes => return Err("a quote that is not escaped".to_owned()),
            c => c,
        });
    }
    Ok(plain)
}

fn read_value(text: &str) -> Result<f64, String> {
    match text {
        "+Inf" => Ok(f64::INFINITY),
        "-Inf" => Ok(f64::NEG_INFINITY),
        "NaN" => Ok(f64::NAN),
        _ if text
            .bytes()
            .all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) =>
        {
            text.parse().map_err(|_| format!("{text:?} is no number"))
        }
        _ => Err(format!("{text:?} is no number, or has a timestamp")),
    }
}

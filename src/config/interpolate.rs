//! `${NAME}` in a value becomes the environment's value; `$$` becomes `$`; any other `$` stays.
//!
//! This works on one value at a time, after the YAML was read. So what a variable holds can neither
//! add a key nor change the structure, and it is not searched for further variables.

use super::problem::{Fault, shown};

/// Where variables are looked up.
pub(super) type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// `text` with its variables replaced.
pub(super) fn replace(text: &str, env: Env<'_>) -> Result<String, Fault> {
    let mut replaced = String::with_capacity(text.len());
    let mut unset: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('$') {
        replaced.push_str(plain);
        let Some(inside) = after.strip_prefix('{') else {
            // `$$` is how to write a dollar sign before a brace; any other one stays as it is.
            replaced.push('$');
            rest = after.strip_prefix('$').unwrap_or(after);
            continue;
        };
        let variable = Variable::read(inside)?;
        match env(variable.name) {
            Some(value) => replaced.push_str(&value),
            // Reading goes on, so that every variable that is not set is named at once.
            None => unset.push(variable.name),
        }
        rest = variable.rest;
    }
    replaced.push_str(rest);
    if unset.is_empty() {
        Ok(replaced)
    } else {
        Err(not_set(&unset))
    }
}

/// A variable, and the text behind its closing brace.
struct Variable<'a> {
    name: &'a str,
    rest: &'a str,
}

impl<'a> Variable<'a> {
    /// Reads what follows the opening brace.
    fn read(text: &'a str) -> Result<Self, Fault> {
        let Some((name, rest)) = text.split_once('}') else {
            return Err(Fault::new(
                "has ${ without a closing brace",
                "write ${NAME}, or $${ for a literal ${",
            ));
        };
        // A shell's defaults, as in `${NAME:-x}`, are not supported: the colon makes this a bad
        // name.
        if is_name(name) {
            return Ok(Self { name, rest });
        }
        let what = format!("holds {}, which is not a variable's name", shown(name));
        let hint = "only ${NAME} is replaced, with letters, digits and underscores; write $${ for a literal ${";
        Err(Fault::new(what, hint))
    }
}

fn is_name(text: &str) -> bool {
    let starts_with_digit = text.starts_with(|first: char| first.is_ascii_digit());
    !text.is_empty() && !starts_with_digit && text.bytes().all(is_name_byte)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Names each variable once, however often the value uses it.
fn not_set(names: &[&str]) -> Fault {
    let mut listed: Vec<&str> = Vec::new();
    for name in names {
        if !listed.contains(name) {
            listed.push(name);
        }
    }
    let noun = if listed.len() == 1 {
        "variable"
    } else {
        "variables"
    };
    let what = format!("uses the environment {noun} {}, not set", listed.join(", "));
    let hint = "set it in the exporter's environment, or write $${ for a literal ${";
    Fault::new(what, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(text: &str) -> Result<String, Fault> {
        replace(text, &|name| match name {
            "A" => Some("alpha".to_owned()),
            "EMPTY" => Some(String::new()),
            "NESTED" => Some("${A}$$".to_owned()),
            _ => None,
        })
    }

    #[test]
    fn variables_are_replaced_once() {
        assert_eq!(replaced("x-${A}-${A}").as_deref(), Ok("x-alpha-alpha"));
        assert_eq!(replaced("${EMPTY}").as_deref(), Ok(""));
        assert_eq!(replaced("${NESTED}").as_deref(), Ok("${A}$$"));
    }

    #[test]
    fn other_dollars_stay() {
        assert_eq!(replaced("$A $ 5$ é$").as_deref(), Ok("$A $ 5$ é$"));
        assert_eq!(replaced("$${A} $$$$ $$").as_deref(), Ok("${A} $$ $"));
        assert_eq!(replaced("$$${A}").as_deref(), Ok("$alpha"));
    }

    #[test]
    fn every_unset_variable_is_named() {
        let fault = replaced("${B}${A}${C}${B}").unwrap_err();
        assert_eq!(fault.what, "uses the environment variables B, C, not set");
    }

    #[test]
    fn broken_references_are_refused() {
        for text in ["${", "${A", "${}", "${A B}", "${1A}", "${A:-x}", "${é}"] {
            assert!(replaced(text).is_err(), "{text}");
        }
    }
}

//! `${NAME}` in a value becomes the environment's value; `$$` becomes `$`; any other `$` stays.
//!
//! This works on one value at a time, after the YAML was read. So what a variable holds can neither
//! add a key nor change the structure, and it is not searched for further variables.

use super::problem::{Fault, shown};

/// Where variables are looked up.
pub(super) type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// `text` with its variables replaced.
pub(super) fn replace(text: &str, env: Env<'_>) -> Result<String, Fault> {
    let mut replacement = Replacement::default();
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('$') {
        replacement.text.push_str(plain);
        rest = match after.strip_prefix('{') {
            Some(inside) => replacement.push_variable(inside, env)?,
            None => replacement.push_dollar(after),
        };
    }
    replacement.text.push_str(rest);
    replacement.finish()
}

/// The text as far as it has been read, and the variables in it that are not set.
#[derive(Default)]
struct Replacement<'a> {
    text: String,
    unset: Vec<&'a str>,
}

impl<'a> Replacement<'a> {
    /// Adds the value of the variable whose opening brace stands before `inside`, and returns what
    /// follows its closing brace.
    fn push_variable(&mut self, inside: &'a str, env: Env<'_>) -> Result<&'a str, Fault> {
        let variable = Variable::read(inside)?;
        match env(variable.name) {
            Some(value) => self.text.push_str(&value),
            // Reading goes on, so that every variable that is not set is named at once.
            None => self.unset.push(variable.name),
        }
        Ok(variable.rest)
    }

    /// Adds a dollar sign that begins no variable, and returns what follows it.
    fn push_dollar(&mut self, after: &'a str) -> &'a str {
        self.text.push('$');
        // `$$` is how to write a dollar sign before a brace; any other one stays as it is.
        after.strip_prefix('$').unwrap_or(after)
    }

    fn finish(self) -> Result<String, Fault> {
        if self.unset.is_empty() {
            Ok(self.text)
        } else {
            Err(not_set(&self.unset))
        }
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
        let (name, rest) = text.split_once('}').ok_or_else(unclosed)?;
        // A shell's defaults, as in `${NAME:-x}`, are not supported: the colon makes this a bad
        // name.
        if is_name(name) {
            Ok(Self { name, rest })
        } else {
            Err(not_a_name(name))
        }
    }
}

fn unclosed() -> Fault {
    let hint = "write ${NAME}, or $${ for a literal ${";
    Fault::new("has ${ without a closing brace", hint)
}

fn not_a_name(text: &str) -> Fault {
    let what = format!("holds {}, which is not a variable's name", shown(text));
    let hint = "only ${NAME} is replaced, with letters, digits and underscores; write $${ for a literal ${";
    Fault::new(what, hint)
}

/// Whether the text can name a variable in every shell, as POSIX defines it.
fn is_name(text: &str) -> bool {
    let begins_well = text.starts_with(|first: char| !first.is_ascii_digit());
    begins_well && text.bytes().all(is_name_byte)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn not_set(names: &[&str]) -> Fault {
    let names = without_repetitions(names);
    let noun = match names.len() {
        1 => "variable",
        _ => "variables",
    };
    let what = format!("uses the environment {noun} {}, not set", names.join(", "));
    let hint = "set it in the exporter's environment, or write $${ for a literal ${";
    Fault::new(what, hint)
}

/// Each name once, however often the value uses it, in the order of the value.
fn without_repetitions<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut unique = Vec::new();
    for name in names {
        if !unique.contains(name) {
            unique.push(*name);
        }
    }
    unique
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

//! Reads one glob of `compliance_types`, and refuses one that could only match nothing.

use globset::Glob;

use super::{reach, respelling};
use crate::config::problem::Fault;

/// Longest glob; AWS's own limit for a type's name is 100 characters.
const MAX_GLOB_BYTES: usize = 256;

/// Reads one glob, which must match at least one name that a compliance type can have.
pub(in crate::config) fn glob(text: &str) -> Result<Glob, Fault> {
    let glob = well_formed(text)?;
    if reach::matches_a_type(&glob) {
        Ok(glob)
    } else {
        Err(matches_nothing(text))
    }
}

/// The likeliest glob that does match something.
fn meant_by(text: &str) -> Option<String> {
    respelling::guesses(text).find(|guess| matches_a_type(guess))
}

fn matches_a_type(text: &str) -> bool {
    well_formed(text).is_ok_and(|glob| reach::matches_a_type(&glob))
}

fn well_formed(text: &str) -> Result<Glob, Fault> {
    match text.len() {
        0 => Err(empty_glob()),
        1..=MAX_GLOB_BYTES => Glob::new(text).map_err(|error| not_a_glob(&error)),
        _ => Err(glob_too_long()),
    }
}

fn empty_glob() -> Fault {
    // It would only match a type without a name, so it is a slip.
    let hint = "write \"*\" for every type, or remove the item";
    Fault::new("is empty and matches nothing", hint)
}

fn glob_too_long() -> Fault {
    let hint = "compliance types have at most 100 characters";
    Fault::new("is too long", hint)
}

fn not_a_glob(error: &globset::Error) -> Fault {
    // What is not a glob is mostly a sign that was meant to be itself.
    let hint =
        "globs know *, ?, [ab] and {a,b}; put a backslash before one of these signs to mean itself";
    Fault::new(format!("is not a glob: {}", error.kind()), hint)
}

fn matches_nothing(text: &str) -> Fault {
    let hint = match meant_by(text) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => {
            "the types are Patch, Association and Custom:NAME, with letters, digits and _ in NAME"
                .to_owned()
        }
    };
    Fault::new("matches no compliance type", hint)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_glob_that_matches_any_name_of_a_type_is_good() {
        for text in [
            "*",
            "**",
            "Patch",
            "Association",
            "[PA]*",
            "?atch",
            "{Patch,patch}",
            "*:*",
            "Custom*",
            "Custom:?*",
            "Custom:-_1",
            "Custom:{a,b}*",
            "C*9",
            "Custom:[!a]?",
            "*n",
        ] {
            assert!(glob(text).is_ok(), "{text}");
        }
        let longest = format!("Custom:{}", "x".repeat(93));
        assert!(glob(&longest).is_ok());
        assert!(glob(&(longest + "x")).is_err(), "AWS allows 100 characters");
    }

    #[test]
    fn a_glob_that_can_match_nothing_is_refused_with_what_was_meant() {
        for (text, meant) in [
            ("patch", "Patch"),
            ("PATCH", "Patch"),
            ("patch*", "Patch*"),
            ("Patches", "Patch"),
            ("Pacth", "Patch"),
            ("association", "Association"),
            ("Asociation", "Association"),
            ("assoc*", "Assoc*"),
            ("Custom", "Custom:*"),
            ("custom", "Custom:*"),
            ("Custom:", "Custom:*"),
            ("custom:*", "Custom:*"),
            ("CUSTOM:Hardening", "Custom:Hardening"),
            ("Custom Hardening", "Custom:Hardening"),
            ("Custom.Hardening", "Custom:Hardening"),
            ("custom/cis*", "Custom:cis*"),
            ("CustomHardening", "Custom:Hardening"),
            ("Cutsom:Hardening", "Custom:Hardening"),
            ("Hardening", "Custom:Hardening"),
        ] {
            let fault = glob(text).expect_err(text);
            assert_eq!(fault.what, "matches no compliance type", "{text}");
            assert_eq!(fault.hint, format!("did you mean `{meant}`?"), "{text}");
        }
    }

    #[test]
    fn a_name_that_aws_allows_for_no_type_is_refused_with_the_names_that_it_allows() {
        for text in [
            "Custom:my type",
            "Custom:a.b",
            "Custom:a-b",
            "é",
            "a b",
            "?",
            "Patch ",
        ] {
            let fault = glob(text).expect_err(text);
            assert!(!fault.hint.is_empty(), "{text}");
        }
        let hint = glob("Custom:my type").expect_err("a space").hint;
        assert!(hint.contains("Custom:NAME"), "{hint}");
    }

    #[test]
    fn broken_globs_are_refused() {
        for text in ["", "[a", "{a", "a\\"] {
            assert!(glob(text).is_err(), "{text}");
        }
    }

    /// Texts that look like globs of types.
    fn glob_like() -> impl Strategy<Value = String> {
        let parts = [
            "Patch",
            "patch",
            "Association",
            "Custom",
            "custom",
            ":",
            "*",
            "?",
            "{a,b}",
            "[a-z]",
            "[!C]",
            "x",
            "_",
            "-",
            " ",
            "\\*",
            ".",
            "é",
            "/",
            "**",
        ];
        let part = proptest::sample::select(parts.to_vec());
        proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
    }

    /// Names that AWS's pattern allows, and some that it does not.
    fn name_like() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("Patch".to_owned()),
            Just("Association".to_owned()),
            "Custom:[A-Za-z0-9_-][A-Za-z0-9_]{1,6}",
            "Custom:[xab_*-][xab_*]{1,3}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        #[test]
        fn a_glob_that_matches_the_name_of_a_type_is_never_refused(text in glob_like(), name in name_like()) {
            let Ok(well_formed) = well_formed(&text) else { return Ok(()) };
            let is_name = !name.contains('*');
            if is_name && well_formed.compile_matcher().is_match(&name) {
                prop_assert!(glob(&text).is_ok(), "{} matches {}", text, name);
            }
        }

        #[test]
        fn what_is_suggested_is_good(text in glob_like()) {
            if let Some(meant) = meant_by(&text) {
                prop_assert!(glob(&meant).is_ok(), "{} for {}", meant, text);
            }
        }
    }
}

//! Which compliance types are wanted: the globs of `compliance_types`.
//!
//! `wanted` reads one glob. It leaves to `reach` whether the glob matches any name that AWS has, and
//! to `respelling` what was probably meant if it does not.

mod reach;
mod respelling;
mod wanted;

use std::fmt;

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::problem::Fault;

pub(super) use wanted::glob;

/// Most globs; a fleet has a handful of types.
const MAX_GLOBS: usize = 100;

/// A filter over compliance types (`Patch`, `Association`, `Custom:...`), as globs with `*`, `?`,
/// `[ab]` and `{a,b}`. Case counts, and `*` also crosses `/`.
///
/// # Examples
/// ```
/// use ssm_compliance_exporter::config::Config;
///
/// let text = "compliance_types: [Patch, \"Custom:*\"]";
/// let types = Config::parse(text, "exporter.yaml", |_| None)?.compliance_types;
/// assert!(types.matches("Patch") && !types.matches("Association"));
/// assert!(types.matches("Custom:Hardening"));
/// # Ok::<(), ssm_compliance_exporter::config::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct ComplianceTypes {
    patterns: Vec<String>,
    set: GlobSet,
}

impl ComplianceTypes {
    /// Whether a type is wanted.
    pub fn matches(&self, compliance_type: &str) -> bool {
        self.set.is_match(compliance_type)
    }

    /// Whether a type other than `Patch` and `Association` can be wanted. A glob with wildcards always counts, even
    /// if it only matches those two.
    pub fn any_other(&self) -> bool {
        // What a wildcard can match is not worth finding out: the calls for other types cost
        // little.
        self.patterns.iter().any(|pattern| is_other(pattern))
    }

    /// The wanted types by name, if none is a glob with wildcards.
    pub fn names(&self) -> Option<&[String]> {
        // What a wildcard stands for is only known once AWS has listed the types.
        if self.patterns.iter().any(|pattern| has_wildcard(pattern)) {
            None
        } else {
            Some(&self.patterns)
        }
    }

    /// The globs as configured.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    pub(super) fn new(globs: Vec<Glob>) -> Result<Self, Fault> {
        // The set cannot tell its globs back, and the plan of calls needs them.
        let patterns = globs.iter().map(|glob| glob.glob().to_owned()).collect();
        match set_of(globs) {
            Ok(set) => Ok(Self { patterns, set }),
            Err(error) => Err(unusable(&error)),
        }
    }
}

/// Refuses a list of too many globs before any of them is read.
pub(super) fn check_count(globs: usize) -> Result<(), Fault> {
    // Building a set takes time and memory for each of its globs.
    if globs > MAX_GLOBS {
        return Err(too_many_globs());
    }
    Ok(())
}

fn set_of(globs: Vec<Glob>) -> Result<GlobSet, globset::Error> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        builder.add(glob);
    }
    builder.build()
}

fn too_many_globs() -> Fault {
    let hint = format!("give at most {MAX_GLOBS}; * stands for any text");
    Fault::new("has too many globs", hint)
}

fn unusable(error: &globset::Error) -> Fault {
    // Each glob has compiled alone, so together they are too much for the matcher. No hint fits
    // every such case.
    Fault::new(format!("cannot be used: {}", error.kind()), "")
}

fn is_other(pattern: &str) -> bool {
    !matches!(pattern, "Patch" | "Association")
}

fn has_wildcard(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', '{', '\\'])
}

impl Default for ComplianceTypes {
    /// Every type.
    fn default() -> Self {
        Self {
            patterns: vec!["*".to_owned()],
            // "*" cannot fail to compile; should it ever, the filter would match nothing and a test
            // would show it.
            set: set_of_everything().unwrap_or_default(),
        }
    }
}

fn set_of_everything() -> Result<GlobSet, globset::Error> {
    set_of(vec![Glob::new("*")?])
}

impl fmt::Debug for ComplianceTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ComplianceTypes")
            .field(&self.patterns)
            .finish()
    }
}

impl PartialEq for ComplianceTypes {
    fn eq(&self, other: &Self) -> bool {
        // Equal globs make equal sets, which cannot be compared.
        self.patterns == other.patterns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(globs: &[&str]) -> ComplianceTypes {
        ComplianceTypes::new(globs.iter().map(|text| glob(text).unwrap()).collect()).unwrap()
    }

    #[test]
    fn the_default_wants_everything() {
        let all = ComplianceTypes::default();
        assert!(
            all.matches("Patch")
                && all.matches("Association")
                && all.any_other()
                && all.matches("Custom:a/b.c")
        );
        assert_eq!(all.names(), None);
    }

    #[test]
    fn a_glob_decides_each_kind_by_itself() {
        let custom = types(&["Custom:*"]);
        assert!(!custom.matches("Patch") && !custom.matches("Association") && custom.any_other());
        assert!(custom.matches("Custom:x/y") && !custom.matches("custom:x"));
        let two = types(&["Association", "Patch"]);
        assert!(two.matches("Patch") && two.matches("Association") && !two.any_other());
        assert_eq!(two.names().map(<[String]>::len), Some(2));
        assert!(types(&["P?tch"]).matches("Patch") && !types(&["Patch"]).matches("Association"));
    }
}

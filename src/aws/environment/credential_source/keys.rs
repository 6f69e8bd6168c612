//! Access keys in variables of the environment.

use crate::aws::environment::value_forms::header_word;
use crate::aws::environment::variable_reader::VariableReader;

const ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
const SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";
/// The name that very old tools gave to the secret key.
const OLD_SECRET: &str = "SECRET_ACCESS_KEY";

/// Whether the environment has keys, good or bad. What is wrong with them is reported.
pub(super) fn are_set(variables: VariableReader<'_>) -> bool {
    match (variables.is_set(ID), secret_variable(variables)) {
        (true, Some(secret)) => {
            check(variables, [ID, secret, SESSION_TOKEN]);
            true
        }
        // One half of a pair is meant for credentials, too, but is none.
        (true, None) => {
            add_half_of_pair(variables, ID, SECRET);
            true
        }
        (false, Some(SECRET)) => {
            add_half_of_pair(variables, SECRET, ID);
            true
        }
        // The old name is too common a word to mean AWS by itself.
        (false, _) => false,
    }
}

/// The variable that holds the secret key, if one does.
fn secret_variable(variables: VariableReader<'_>) -> Option<&'static str> {
    let mut names = [SECRET, OLD_SECRET].into_iter();
    names.find(|name| variables.is_set(name))
}

fn check(variables: VariableReader<'_>, names: [&str; 3]) {
    for name in names {
        // A token that is not set is no fault: keys of IAM users come without one.
        variables.secret(name, header_word);
    }
}

fn add_half_of_pair(variables: VariableReader<'_>, there: &str, missing: &str) {
    let what = format!("it is set and {missing} is not");
    let hint = "set both of them, or none";
    variables.problems.add(there, what, hint);
}

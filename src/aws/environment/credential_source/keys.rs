//! Access keys in variables of the environment.

use crate::aws::environment::reader::SettingReader;
use crate::aws::environment::value_forms::header_word;

/// The name that very old tools gave to the secret key.
const OLD_SECRET_VARIABLE: &str = "SECRET_ACCESS_KEY";

/// Whether the environment has keys, good or bad. What is wrong with them is reported.
pub(super) fn are_set(reader: SettingReader<'_>) -> bool {
    const ID: &str = "AWS_ACCESS_KEY_ID";
    const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
    let has_id = reader.variables.is_set(ID);
    let secret = [SECRET, OLD_SECRET_VARIABLE]
        .into_iter()
        .find(|name| reader.variables.is_set(name));
    match (has_id, secret) {
        (true, Some(secret)) => {
            for name in [ID, secret, "AWS_SESSION_TOKEN"] {
                let problems = reader.problems;
                reader.variables.secret(name, problems, header_word);
            }
            true
        }
        // One half of a pair is meant for credentials, too, but is none.
        (true, None) => {
            add_half_of_pair(reader, ID, SECRET);
            true
        }
        (false, Some(SECRET)) => {
            add_half_of_pair(reader, SECRET, ID);
            true
        }
        // The old name is too common a word to mean AWS by itself.
        (false, _) => false,
    }
}

fn add_half_of_pair(reader: SettingReader<'_>, there: &str, missing: &str) {
    let what = format!("it is set and {missing} is not");
    let hint = "set both of them, or none";
    reader.problems.add(there, what, hint);
}

//! The commands of a shell script, as far as documents write them.

/// The commands of a script, each as its words without the variables that are set for it.
pub(super) fn commands(script: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let mut word = String::new();
    let mut quote = None;
    let mut letters = script.chars().peekable();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None, '\\') if letters.peek() == Some(&'\n') => drop(letters.next()),
            (None, '#') if word.is_empty() => {
                while letters.next_if(|next| *next != '\n').is_some() {}
            }
            (None, '\n' | ';' | '|' | '&' | '(' | ')' | '{' | '}')
                if !is_in_word(&word, letter) =>
            {
                end_word(&mut commands, &mut word);
                commands.push(Vec::new());
            }
            (None, _) if letter.is_whitespace() => end_word(&mut commands, &mut word),
            _ => word.push(letter),
        }
    }
    end_word(&mut commands, &mut word);
    commands.retain(|words| !words.is_empty());
    commands
}

/// Whether a letter that could end a command is one of `${NAME}` or of an address.
fn is_in_word(word: &str, letter: char) -> bool {
    let is_variable = word.contains("${") && !word.ends_with('}');
    matches!(letter, '{' | '}') && (word.ends_with('$') || is_variable)
        || letter == '&' && word.starts_with("http")
}

fn end_word(commands: &mut [Vec<String>], word: &mut String) {
    let word = std::mem::take(word);
    let Some(command) = commands.last_mut() else {
        return;
    };
    let is_before = command.is_empty() && is_in_front(&word);
    if !(word.is_empty() || is_before) {
        command.push(word);
    }
}

/// Whether a word may stand in front of a program's name.
fn is_in_front(word: &str) -> bool {
    let is_assignment = word.split_once('=').is_some_and(|(name, _)| {
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        name.bytes().all(is_of_name)
    });
    is_assignment
        || matches!(
            word,
            "exec" | "sudo" | "time" | "if" | "then" | "do" | "while" | "!"
        )
}

/// The script of a block of the language `console`: what stands behind its prompts.
pub(super) fn typed(console: &str) -> String {
    let mut script = String::new();
    let mut is_going_on = false;
    for line in console.lines() {
        let prompted = line.strip_prefix("$ ");
        if let Some(typed) = prompted.or(is_going_on.then_some(line)) {
            script.push_str(typed);
            script.push('\n');
        }
        is_going_on = line.ends_with('\\') && (prompted.is_some() || is_going_on);
    }
    script
}

#[test]
fn commands_are_split_as_a_shell_does() {
    let script = "A=1 B='x y' one --flag='a b' | two \\\n  three; (cd four && five ${SIX}) # seven\n\
                  curl http://a/b?c=d&e=f\n";
    let found: Vec<String> = commands(script)
        .into_iter()
        .map(|words| words.join(" "))
        .collect();
    assert_eq!(
        found,
        [
            "one --flag=a b",
            "two three",
            "cd four",
            "five ${SIX}",
            "curl http://a/b?c=d&e=f",
        ]
    );
}

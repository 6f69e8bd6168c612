//! What a real bash completes with the script that `completions` prints.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Seek, Write};
use std::process::Command;

use tempfile::TempDir;

use super::PROGRAM;
use super::help::{commands, flags};
use crate::support::{Run, run};

/// Says what bash would offer for the words of a command line, of which the last is not complete.
const ASK: &str = r#"
source "./$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMP_LINE="$*"
COMP_POINT=${#COMP_LINE}
read -ra how <<<"$(complete -p "$1")"
for place in "${!how[@]}"; do
    [ "${how[place]}" = -F ] && complete=${how[place + 1]}
done
"$complete" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"#;

/// A bash that has read the script.
struct Bash {
    folder: TempDir,
}

impl Bash {
    async fn new() -> Self {
        let Run { code, out, err } = run(&["completions", "bash"]).await;
        assert_eq!((code, err.as_str()), (Some(0), ""));
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("script"), out).unwrap();
        Self { folder }
    }

    fn offers(&self, words: &str) -> BTreeSet<String> {
        let output = Command::new("bash")
            .args(["--norc", "-uc", ASK, "bash", "script", PROGRAM])
            .args(words.split(' '))
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && err.is_empty(), "{words}: {err}");
        let offers = String::from_utf8(output.stdout).unwrap();
        offers.lines().map(str::to_owned).collect()
    }
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().copied().map(str::to_owned).collect()
}

#[tokio::test]
async fn bash_completes_commands_flags_values_and_files() {
    let bash = Bash::new().await;
    assert_eq!(bash.offers("expl"), set(&["explain"]));
    let flags = ["--web.enable-lifecycle", "--web.external-url"];
    assert_eq!(bash.offers("--web.e"), set(&flags));
    assert_eq!(bash.offers("explain --output j"), set(&["json"]));
    assert_eq!(bash.offers("--log.format "), set(&["logfmt", "json"]));
    assert!(bash.offers("completions ").contains("zsh"));
    assert_eq!(bash.offers("serve --config.file scr"), set(&["script"]));
    assert_eq!(bash.offers("explain --web"), set(&[""]));
}

#[tokio::test]
async fn bash_offers_every_flag_of_every_command() {
    let bash = Bash::new().await;
    for command in commands().await {
        let offers = bash.offers(&format!("{command} --"));
        for flag in flags(&[&command]).await {
            assert!(offers.contains(&flag), "{command}: {flag} of {offers:?}");
        }
    }
    let offers = bash.offers("--");
    for flag in flags(&[]).await {
        assert!(offers.contains(&flag), "{flag} of {offers:?}");
    }
}

#[tokio::test]
async fn fish_completes_commands_flags_and_values_also_behind_flags_with_a_dot() {
    let script = run(&["completions", "fish"]).await.out;
    let ask = |words: &str| {
        let output = Command::new("fish")
            .args([
                "--no-config",
                "-c",
                r#"source; complete -C "$argv""#,
                PROGRAM,
            ])
            .args(words.split(' '))
            .stdin(script_file(&script))
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && err.is_empty(), "{words}: {err}");
        // Behind each offer there is what it means.
        let offers = String::from_utf8(output.stdout).unwrap();
        let offers = offers.lines().filter_map(|line| line.split('\t').next());
        offers.map(str::to_owned).collect::<BTreeSet<String>>()
    };
    assert_eq!(ask("expl"), set(&["explain"]));
    let flags = ["--web.enable-lifecycle", "--web.external-url"];
    assert_eq!(ask("--web.e"), set(&flags));
    assert_eq!(ask("--log.level info expl"), set(&["explain"]));
    assert_eq!(ask("--log.level=info explain --output j"), set(&["json"]));
}

/// A file that has no name any more, at its beginning.
fn script_file(script: &str) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(script.as_bytes()).unwrap();
    file.rewind().unwrap();
    file
}

#[tokio::test]
async fn there_is_a_script_for_each_shell_that_people_use() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let Run { code, out, .. } = run(&["completions", shell]).await;
        assert_eq!(code, Some(0), "{shell}");
        assert!(out.contains("web.listen-address"), "{shell}");
    }
    assert_eq!(run(&["completions", "tcsh"]).await.code, Some(2));
    assert_eq!(run(&["completions"]).await.code, Some(2));
}

//! The reader of sources and its rules on small texts, of which it is plain what they must find.

use std::collections::BTreeSet;

use super::arrows::{file_graph, folder_graph};
use super::graph::Graph;
use super::modules::{Crate, Sources, product_code};
use super::rules::{breaches, forbidden_words, layer_of};
use super::tokens::{Token, tokens};

/// A crate of these files, each with its text.
fn crate_of(files: &[(&str, &str)]) -> Crate {
    let owned = files
        .iter()
        .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()));
    Crate::read(&owned.collect::<Sources>(), "src/lib.rs")
}

/// The arrows of a folder `src/a` in which `b.rs` has this text and may name `c.rs` and `d/e.rs`.
fn arrows_of(text: &str) -> Graph {
    file_graph(&crate_of(&[
        ("src/lib.rs", "mod a;"),
        ("src/a/mod.rs", "mod b; mod c; mod d; pub use c::Handed;"),
        ("src/a/b.rs", text),
        ("src/a/c.rs", "pub struct Handed; pub fn run() {}"),
        ("src/a/d/mod.rs", "pub mod e;"),
        ("src/a/d/e.rs", "pub enum Deep { One }"),
    ]))
}

fn names_of(text: &str) -> Vec<String> {
    let found = tokens(text).into_iter().filter_map(|token| match token {
        Token::Name(name) => Some(name),
        _ => None,
    });
    found.collect()
}

#[test]
fn a_circle_of_two_files_is_found_and_told_file_by_file() {
    let files = file_graph(&crate_of(&[
        ("src/lib.rs", "mod one; mod two; mod three;"),
        ("src/one.rs", "use crate::two::Two; pub struct One;"),
        ("src/two.rs", "use super::one::{self, One}; pub struct Two;"),
        ("src/three.rs", "use crate::one::One; use crate::two::Two;"),
    ]));
    let report = files.report_of_circles();
    let expected =
        "a circle of 2:\n  src/one.rs -> src/two.rs: Two\n  src/two.rs -> src/one.rs: One, one\n";
    assert_eq!(report, expected);
}

#[test]
fn a_circle_through_three_files_and_what_a_folder_hands_on_is_found() {
    let files = file_graph(&crate_of(&[
        ("src/lib.rs", "mod one; mod folder; mod three;"),
        ("src/one.rs", "fn one() { crate::folder::two() }"),
        ("src/folder/mod.rs", "mod two; pub use two::*;"),
        (
            "src/folder/two.rs",
            "pub fn two() { crate::three::three() }",
        ),
        ("src/three.rs", "pub fn three() { super::one::one() }"),
    ]));
    let circles = files.circles();
    let sizes: Vec<usize> = circles.iter().map(BTreeSet::len).collect();
    assert_eq!(sizes, [3], "{circles:?}");
}

#[test]
fn files_without_a_circle_and_files_that_gather_a_folder_are_left_alone() {
    let files = file_graph(&crate_of(&[
        ("src/lib.rs", "mod folder; pub struct Top;"),
        (
            "src/folder/mod.rs",
            "mod one; mod two; use one::One; pub struct Here;",
        ),
        (
            "src/folder/one.rs",
            "use super::{Here, two::Two}; use crate::Top; pub struct One;",
        ),
        ("src/folder/two.rs", "use super::Here; pub struct Two;"),
    ]));
    assert_eq!(files.report_of_circles(), "");
    assert!(files.has_arrow("src/folder/one.rs", "src/folder/two.rs"));
}

#[test]
fn a_file_is_found_behind_every_way_to_write_a_path() {
    for text in [
        "use super::c::run;",
        "use crate::a::c;",
        "pub(super) use crate::{a::{self, c::{run as go}}};",
        "use super::Handed;",
        "use super::*; fn f() -> Handed { Handed }",
        "use super::*; fn f() { c::run() }",
        "fn f() { super::c::run() }",
        "fn f() { let x: Vec<super::Handed> = crate::a::c::run::<u8>(); }",
        "use crate as root; fn f() { root::a::c::run() }",
        "mod inner { use super::super::c::run; }",
    ] {
        let text = text.replace("fn f() -> Handed { Handed }", "fn f() { Handed::new() }");
        assert!(
            arrows_of(&text).has_arrow("src/a/b.rs", "src/a/c.rs"),
            "{text}"
        );
    }
    for text in ["use super::d::e::Deep::One;", "use crate::a::d::{e::*};"] {
        assert!(
            arrows_of(text).has_arrow("src/a/b.rs", "src/a/d/e.rs"),
            "{text}"
        );
    }
}

#[test]
fn nothing_is_found_in_comments_texts_tests_and_scopes() {
    for text in [
        "// use super::c::run;",
        "/* use super::c; /* nested */ use super::c; */",
        "const A: &str = \"super::c::run()\";",
        "const A: &str = r#\"super::\" c \"c::run()\"#; const B: char = '\"'; // super::c::run",
        "#[cfg(test)]\nmod tests { use super::super::c::run; }",
        "#[cfg(test)]\nuse super::{c::run, d};",
        "#[cfg(test)]\n#[must_use]\nfn f<A, B>() -> u8 { super::c::run() }",
        "#[cfg(all(test, unix))]\nfn f() { super::c::run() }",
        "pub(in crate::a) struct B<'c>(&'c str);",
        "fn f(c: C) { c.run::<u8>(); <C as std::ops::Deref>::c::run; foreign::c::run() }",
    ] {
        let arrows = arrows_of(text);
        assert!(
            !arrows.has_arrow("src/a/b.rs", "src/a/c.rs"),
            "{text}: {arrows:?}"
        );
    }
}

#[test]
fn what_follows_test_code_is_read_again() {
    let text = "struct S { #[cfg(test)] a: u8, b: super::c::Handed }";
    assert!(arrows_of(text).has_arrow("src/a/b.rs", "src/a/c.rs"));
    let text = "#[cfg(test)] use super::d::{e}; use super::c;";
    assert!(arrows_of(text).has_arrow("src/a/b.rs", "src/a/c.rs"));
}

#[test]
fn names_are_told_from_literals_and_lifetimes() {
    let text = r##"a b"x" 'y' '\'' 'life br#"z"# r#type 1_u8 0x1f.pow "\"q" c"w" '"' end"##;
    assert_eq!(names_of(text), ["a", "r#type", "pow", "end"]);
}

/// What the rules say of a file of the model with this text.
fn breaches_of_model(text: &str) -> BTreeSet<String> {
    breaches(&crate_of(&[
        ("src/lib.rs", "pub mod aws; pub mod model;"),
        ("src/aws/mod.rs", "pub struct Base;"),
        ("src/model/mod.rs", "mod rows;"),
        ("src/model/rows.rs", text),
    ]))
}

#[test]
fn a_forbidden_folder_or_crate_is_found_however_it_is_named() {
    for text in [
        "use crate::aws;",
        "use crate::{model, aws::Base};",
        "use super::super::aws::Base;",
        "use crate as root; type A = root::aws::Base;",
        "fn f() { crate::aws::Base }",
        "use aws_sdk_ssm as sdk;",
        "use {std::fmt, hyper_util::rt};",
        "fn f() { ::tokio::spawn(g()) }",
        "extern crate tokio; fn f() { tokio::spawn(g()) }",
    ] {
        let found = breaches_of_model(text);
        assert!(!found.is_empty(), "{text}");
    }
    let harmless = "use super::rows; fn f(aws_id: u8) { std::mem::drop(aws_id) }";
    assert_eq!(breaches_of_model(harmless), BTreeSet::new());
}

#[test]
fn one_module_of_a_folder_may_be_allowed_without_its_neighbours() {
    let breaches_of = |text: &str| {
        breaches(&crate_of(&[
            ("src/lib.rs", "pub mod aws; pub mod config;"),
            ("src/aws/mod.rs", text),
            (
                "src/config/mod.rs",
                "pub mod forms; pub mod raw; pub struct Config;",
            ),
            ("src/config/forms.rs", "pub use super::raw::region;"),
            ("src/config/raw.rs", "pub fn region() {}"),
        ]))
    };
    let allowed = "use crate::config::forms::{self, region}; fn f() { forms::region() }";
    assert_eq!(breaches_of(allowed), BTreeSet::new());
    assert_eq!(
        breaches_of("use crate::config::{Config, raw::region};").len(),
        2
    );
}

#[test]
fn a_forbidden_word_is_found_only_in_code() {
    let model = layer_of("model").unwrap();
    let found = |text: &str| forbidden_words(model, &product_code(text));
    assert_eq!(found("fn f(at: std::time::Instant) {}"), ["Instant"]);
    assert_eq!(
        found("// Instant\nfn f() -> &str { \"SystemTime\" }"),
        [""; 0]
    );
}

#[test]
fn folders_that_name_each_other_are_found() {
    let folders = folder_graph(&crate_of(&[
        ("src/lib.rs", "pub mod a; pub mod b;"),
        ("src/a/mod.rs", "mod one;"),
        ("src/a/one.rs", "use crate::b::B; pub struct A;"),
        (
            "src/b/mod.rs",
            "pub struct B; pub fn b() { super::a::one::A }",
        ),
    ]));
    let expected = "a circle of 2:\n  a -> b: crate::b::B\n  b -> a: super::a::one::A\n";
    assert_eq!(folders.report_of_circles(), expected);
}

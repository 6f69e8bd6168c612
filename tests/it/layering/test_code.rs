//! Leaves out the items that only exist in a build for tests.

use super::tokens::{Token, after_group};

/// The tokens without the items that stand behind `#[cfg(test)]`.
pub(super) fn without_test_code(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut position = 0;
    while position < tokens.len() {
        if is_test_attribute(&tokens[position..]) {
            position = after_item(tokens, after_attributes(tokens, position));
        } else {
            kept.push(tokens[position].clone());
            position += 1;
        }
    }
    kept
}

/// Whether these tokens begin with `#[cfg(test)]` or `#[cfg(all(test, ...))]`.
fn is_test_attribute(tokens: &[Token]) -> bool {
    let [hash, bracket, cfg, parenthesis, condition @ ..] = tokens else {
        return false;
    };
    let is_cfg =
        hash.is_sign('#') && bracket.is_sign('[') && cfg.is_name("cfg") && parenthesis.is_sign('(');
    is_cfg && (begins_with_test(condition) || all_begins_with_test(condition))
}

fn begins_with_test(condition: &[Token]) -> bool {
    condition.first().is_some_and(|token| token.is_name("test"))
}

fn all_begins_with_test(condition: &[Token]) -> bool {
    match condition {
        [all, parenthesis, inner @ ..] => {
            all.is_name("all") && parenthesis.is_sign('(') && begins_with_test(inner)
        }
        _ => false,
    }
}

fn after_attributes(tokens: &[Token], start: usize) -> usize {
    let mut position = start;
    while let Some([hash, bracket]) = tokens.get(position..position + 2) {
        if !hash.is_sign('#') || !bracket.is_sign('[') {
            break;
        }
        position = after_group(tokens, position + 1);
    }
    position
}

/// The position after the item, field or match arm that begins at `start`.
fn after_item(tokens: &[Token], start: usize) -> usize {
    let mut position = start;
    let mut angle_depth = 0;
    let is_import = is_import(&tokens[start..]);
    while let Some(token) = tokens.get(position) {
        match token {
            Token::Sign(';') => return position + 1,
            // A list of type parameters has commas, too.
            Token::Sign(',') if angle_depth == 0 => return position + 1,
            Token::Sign('<') => angle_depth += 1,
            Token::Sign('>') => angle_depth -= 1,
            // The rest belongs to what stands around the item.
            _ if token.closes() => return position,
            _ if token.opens() => {
                position = after_group(tokens, position);
                // The braces of an import are followed by a semicolon, those of a body by nothing.
                if token.is_sign('{') && !is_import {
                    return position;
                }
                continue;
            }
            _ => {}
        }
        position += 1;
    }
    position
}

fn is_import(item: &[Token]) -> bool {
    let before_body = item
        .iter()
        .take_while(|token| !token.is_sign('{') && !token.is_sign(';'));
    before_body.into_iter().any(|token| token.is_name("use"))
}

//! What the query string of the table of instances asks for.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Display, Formatter};

use super::order::{SortKey, SortOrder};
use super::status::ShownStatus;
use crate::metrics::TagLabel;
use crate::model::NoncomplianceReason;

/// The values of the parameter `format`.
const HTML: &str = "html";
const TEXT: &str = "text";

/// What the table is to show. An empty text stands for any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InstanceQuery {
    pub(super) account_id: String,
    pub(super) region: String,
    /// Only instances that have a status for this compliance type.
    pub(super) compliance_type: String,
    /// Only instances with this status, for that type if one is given, and for any if not.
    pub(super) status: Option<ShownStatus>,
    /// Only instances that are non-compliant for this reason.
    pub(super) reason: Option<NoncomplianceReason>,
    /// Only instances with this text in an id, a name or an address, in lower case.
    pub(super) text: String,
    /// Only instances with these values of tags, by the names of the labels: `tag_Team`.
    pub(super) tags: BTreeMap<String, String>,
    /// Whether resources are shown, too, that AWS does not list.
    pub(super) has_unlisted: bool,
    pub(super) order: SortOrder,
    /// The number of the page, from 1 on.
    pub(super) page: usize,
    /// Whether the answer is plain text, which has no pages.
    pub(super) is_text: bool,
}

/// Why a query string cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the parameter {parameter} cannot be {value:?}: it is {accepted}")]
pub(super) struct QueryError {
    pub(super) parameter: &'static str,
    pub(super) value: String,
    /// What it may be, as part of a sentence.
    pub(super) accepted: String,
}

impl Default for InstanceQuery {
    fn default() -> Self {
        Self {
            account_id: String::new(),
            region: String::new(),
            compliance_type: String::new(),
            status: None,
            reason: None,
            text: String::new(),
            tags: BTreeMap::new(),
            has_unlisted: false,
            order: SortOrder::default(),
            page: 1,
            is_text: false,
        }
    }
}

/// The parameters of a query string, without the empty ones that a form sends.
pub(super) struct Parameters(HashMap<String, String>);

impl Parameters {
    pub(super) fn parse(query: &str) -> Self {
        let mut parameters = HashMap::new();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            // As everywhere in the exporter, the first of several values counts.
            if !value.is_empty() && !parameters.contains_key(&*key) {
                parameters.insert(key.into_owned(), value.to_owned());
            }
        }
        Self(parameters)
    }

    pub(super) fn text(&self, parameter: &str) -> &str {
        self.0.get(parameter).map_or("", String::as_str)
    }

    /// The values that are asked for of tags.
    fn tags(&self) -> BTreeMap<String, String> {
        let tags = self.0.iter().filter(|(name, _)| name.starts_with("tag_"));
        tags.map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// A value of a closed set, if one is given.
    fn word<T>(
        &self,
        parameter: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
        accepted: impl FnOnce() -> String,
    ) -> Result<Option<T>, QueryError> {
        let value = self.text(parameter);
        if value.is_empty() {
            return Ok(None);
        }
        match parse(value) {
            Some(word) => Ok(Some(word)),
            None => Err(QueryError {
                parameter,
                value: value.to_owned(),
                accepted: accepted(),
            }),
        }
    }
}

impl InstanceQuery {
    /// The query, if it asks for no tags but these.
    ///
    /// # Errors
    /// If it does. No instance would match, which looks as if all were well.
    pub(super) fn of_tags(self, labels: &[TagLabel]) -> Result<Self, QueryError> {
        let is_read = |name: &&String| labels.iter().any(|label| label.name == **name);
        let Some(unknown) = self.tags.keys().find(|name| !is_read(name)) else {
            return Ok(self);
        };
        let names: Vec<&str> = labels.iter().map(|label| label.name.as_str()).collect();
        Err(QueryError {
            parameter: "tag_*",
            value: unknown.clone(),
            accepted: match names.as_slice() {
                [] => "none, because instance_tags is empty".to_owned(),
                names => format!("one of {}, as instance_tags says", names.join(", ")),
            },
        })
    }

    /// Reads a query string. Parameters that nobody knows are ignored, so that links with those of
    /// others work.
    ///
    /// # Errors
    /// If a parameter with a closed set of values has another one. To ignore it would show more
    /// instances than were asked for.
    pub(super) fn parse(query: &str) -> Result<Self, QueryError> {
        let parameters = Parameters::parse(query);
        Ok(Self {
            account_id: parameters.text("account_id").to_owned(),
            region: parameters.text("region").to_owned(),
            compliance_type: parameters.text("type").to_owned(),
            status: parameters.word("status", ShownStatus::parse, accepted_statuses)?,
            reason: parameters.word("reason", parse_reason, accepted_reasons)?,
            text: parameters.text("q").to_lowercase(),
            tags: parameters.tags(),
            has_unlisted: parameters
                .word("unlisted", parse_flag, || "1 or 0".to_owned())?
                .unwrap_or(false),
            order: parameters
                .word("sort", SortOrder::parse, accepted_orders)?
                .unwrap_or_default(),
            page: parameters
                .word("page", parse_page, || "a number from 1 on".to_owned())?
                .unwrap_or(1),
            is_text: parameters
                .word("format", parse_format, || one_of(&[HTML, TEXT]))?
                .unwrap_or(false),
        })
    }

    /// Whether a compliance type is among those that are asked for.
    pub(super) fn has_type(&self, name: &str) -> bool {
        self.compliance_type.is_empty() || self.compliance_type == name
    }

    /// The same instances in another order, from their first page on.
    pub(super) fn with_order(&self, order: SortOrder) -> Self {
        Self {
            order,
            page: 1,
            ..self.clone()
        }
    }

    /// Another page of the same instances.
    pub(super) fn with_page(&self, page: usize) -> Self {
        Self {
            page,
            ..self.clone()
        }
    }

    /// The same instances as plain text.
    pub(super) fn as_text(&self) -> Self {
        Self {
            page: 1,
            is_text: true,
            ..self.clone()
        }
    }

    /// The parameters with their values, empty where they are as they are without being given.
    fn parameters(&self) -> [(&'static str, String); 10] {
        let is_usual_order = self.order == SortOrder::default();
        [
            ("account_id", self.account_id.clone()),
            ("region", self.region.clone()),
            ("type", self.compliance_type.clone()),
            (
                "status",
                self.status
                    .map(ShownStatus::as_str)
                    .unwrap_or_default()
                    .to_owned(),
            ),
            (
                "reason",
                self.reason
                    .map(NoncomplianceReason::as_str)
                    .unwrap_or_default()
                    .to_owned(),
            ),
            ("q", self.text.clone()),
            ("unlisted", unless(!self.has_unlisted, "1".to_owned())),
            ("sort", unless(is_usual_order, self.order.parameter())),
            ("page", unless(self.page == 1, self.page.to_string())),
            ("format", unless(!self.is_text, TEXT.to_owned())),
        ]
    }
}

/// The text, but empty if it need not be said.
fn unless(is_needless: bool, text: String) -> String {
    if is_needless { String::new() } else { text }
}

/// The query string with its question mark; nothing if all is as usual.
impl Display for InstanceQuery {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (parameter, value) in self.parameters() {
            if !value.is_empty() {
                query.append_pair(parameter, &value);
            }
        }
        query.extend_pairs(&self.tags);
        match query.finish().as_str() {
            "" => Ok(()),
            query => write!(f, "?{query}"),
        }
    }
}

fn parse_reason(word: &str) -> Option<NoncomplianceReason> {
    NoncomplianceReason::ALL
        .into_iter()
        .find(|reason| reason.as_str() == word)
}

fn parse_flag(word: &str) -> Option<bool> {
    match word {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}

/// Whether a query string asks for plain text, whatever else is wrong with it.
pub(super) fn asks_for_text(query: &str) -> bool {
    Parameters::parse(query).text("format") == TEXT
}

fn parse_format(word: &str) -> Option<bool> {
    match word {
        TEXT => Some(true),
        HTML => Some(false),
        _ => None,
    }
}

fn parse_page(text: &str) -> Option<usize> {
    text.parse().ok().filter(|page| *page > 0)
}

fn accepted_statuses() -> String {
    one_of(&ShownStatus::ALL.map(ShownStatus::as_str))
}

fn accepted_reasons() -> String {
    one_of(&NoncomplianceReason::ALL.map(NoncomplianceReason::as_str))
}

fn accepted_orders() -> String {
    let columns = one_of(&SortKey::ALL.map(SortKey::as_str));
    format!("{columns}, behind a minus sign for the other way round")
}

fn one_of(words: &[&str]) -> String {
    format!("one of {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_written_as_it_is_read() {
        for query in [
            "",
            "?account_id=111122223333&region=eu-west-1&type=Custom%3AA%26B&status=UNREPORTED&\
             reason=patches_missing&q=%3Cscript%3E+%C3%A4&unlisted=1&sort=-scan&page=7&format=text\
             &tag_Name=a&tag_Team=%26",
            "?sort=items",
        ] {
            let read = InstanceQuery::parse(query.trim_start_matches('?')).unwrap();
            assert_eq!(read.to_string(), query);
        }
    }

    #[test]
    fn what_is_empty_or_unknown_or_as_usual_is_ignored() {
        let query =
            "account_id=&q=++&page=1&sort=-items&utm_source=mail&unlisted=0&reason=&format=html";
        assert_eq!(InstanceQuery::parse(query), Ok(InstanceQuery::default()));
        let first = InstanceQuery::parse("region=a&region=b").unwrap();
        assert_eq!(first.region, "a");
    }

    #[test]
    fn a_value_outside_its_closed_set_is_an_error_that_says_what_it_may_be() {
        for (query, accepted) in [
            ("reason=nonsense", "patches_missing"),
            ("status=compliant", "NON_COMPLIANT"),
            ("sort=age", "last_ping"),
            ("sort=--items", "items"),
            ("page=0", "from 1"),
            ("page=-1", "from 1"),
            ("page=99999999999999999999", "from 1"),
            ("unlisted=yes", "1 or 0"),
            ("format=csv", "html, text"),
        ] {
            let error = InstanceQuery::parse(query).unwrap_err().to_string();
            assert!(error.contains(accepted), "{query}: {error}");
        }
    }

    mod fuzz {
        use super::*;

        const WORDS: [&str; 34] = [
            "&",
            "=",
            "?",
            ";",
            "+",
            "%",
            "%26",
            "%3D",
            "%C3%A4",
            "%c3",
            "%00",
            "%3Cscript%3E",
            "account_id=",
            "region=",
            "type=",
            "Custom:",
            "status=",
            "COMPLIANT",
            "NON_COMPLIANT",
            "UNREPORTED",
            "reason=",
            "patches_missing",
            "q=",
            "Q=",
            "tag_",
            "tag_Team=",
            "unlisted=1",
            "unlisted=0",
            "sort=",
            "sort=-items",
            "sort=last_ping",
            "page=",
            "page=2",
            "format=text",
        ];

        /// Links of the page are queries that were read and written, so nothing may change by that.
        #[test]
        fn a_query_that_is_read_is_written_so_that_it_is_read_as_the_same() {
            fuzzing::Fuzz::of("instances-query")
                .words(WORDS)
                .check(|input| {
                    let query = String::from_utf8_lossy(input);
                    match InstanceQuery::parse(&query) {
                        Ok(read) => {
                            let written = read.to_string();
                            let again = InstanceQuery::parse(written.trim_start_matches('?'));
                            assert_eq!(again, Ok(read.clone()), "{written}");
                            assert!(
                                written.bytes().all(|byte| byte.is_ascii_graphic()),
                                "{written}"
                            );
                            Ok((
                                read.status.map(ShownStatus::as_str),
                                read.page.min(2),
                                read.tags.len().min(2),
                                read.is_text,
                            ))
                        }
                        Err(error) => Err(error.parameter),
                    }
                });
        }
    }
}

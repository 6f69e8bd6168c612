//! The parts of a Markdown document in which names stand: code spans, blocks of code, links, tables
//! and the prose around them.

/// A block of code.
#[derive(Debug)]
pub(super) struct Block {
    /// What follows its opening fence.
    pub(super) language: String,
    pub(super) text: String,
}

/// A row of a table, with the headings above it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) headings: Vec<String>,
    pub(super) cells: Vec<String>,
}

/// A document, taken apart.
#[derive(Debug, Default)]
pub(super) struct Markdown {
    pub(super) blocks: Vec<Block>,
    /// All that is between backticks outside of blocks, each on one line.
    pub(super) spans: Vec<String>,
    /// What links lead to.
    pub(super) links: Vec<String>,
    /// The rows of its tables.
    pub(super) rows: Vec<Row>,
    /// The text without blocks and spans.
    pub(super) prose: String,
    /// The anchors of its headings, as GitHub makes them.
    pub(super) anchors: Vec<String>,
}

impl Markdown {
    pub(super) fn parse(text: &str) -> Self {
        let mut markdown = Self::default();
        let outside = markdown.take_blocks(text);
        markdown.take_tables(&outside);
        let headings = outside.lines().filter(|line| line.starts_with('#'));
        markdown.anchors = headings.map(anchor).collect();
        // A span may go on in the next line, but not behind an empty one.
        for paragraph in outside.split("\n\n") {
            markdown.take_spans(paragraph);
        }
        markdown.links = links(&markdown.prose);
        markdown
    }

    /// Takes the blocks of code, and returns the rest.
    fn take_blocks(&mut self, text: &str) -> String {
        let mut outside = String::new();
        let mut open: Option<(usize, Block)> = None;
        for line in text.lines() {
            let trimmed = line.trim_start();
            let indent = line.len() - trimmed.len();
            match (open.take(), trimmed.strip_prefix("```")) {
                (Some((_, block)), Some("")) => self.blocks.push(block),
                (Some((indent, mut block)), _) => {
                    block.text.push_str(line.get(indent..).unwrap_or_default());
                    block.text.push('\n');
                    open = Some((indent, block));
                }
                (None, Some(language)) => {
                    let language = language.trim().to_owned();
                    let text = String::new();
                    open = Some((indent, Block { language, text }));
                }
                (None, None) => {
                    outside.push_str(line);
                    outside.push('\n');
                }
            }
        }
        assert!(open.is_none(), "a block of code is not closed: {open:?}");
        outside
    }

    fn take_tables(&mut self, outside: &str) {
        let mut headings: Option<Vec<String>> = None;
        for line in outside.lines() {
            let Some(row) = line.trim().strip_prefix('|') else {
                headings = None;
                continue;
            };
            let cells = row.trim_end_matches('|').split('|');
            let cells: Vec<String> = cells.map(|cell| cell.trim().to_owned()).collect();
            match &headings {
                None => headings = Some(cells),
                Some(_) if cells[0].starts_with("--") => {}
                Some(headings) => self.rows.push(Row {
                    headings: headings.clone(),
                    cells,
                }),
            }
        }
    }

    fn take_spans(&mut self, paragraph: &str) {
        let parts: Vec<&str> = paragraph.split('`').collect();
        for (place, part) in parts.into_iter().enumerate() {
            if place % 2 == 1 {
                let words: Vec<&str> = part.split_whitespace().collect();
                self.spans.push(words.join(" "));
            } else {
                self.prose.push_str(part);
            }
            self.prose.push(' ');
        }
        self.prose.push('\n');
    }
}

/// What is between backticks in a text.
pub(super) fn spans(text: &str) -> Vec<String> {
    Markdown::parse(text).spans
}

fn links(prose: &str) -> Vec<String> {
    let ends = prose.split("](").skip(1);
    ends.filter_map(|rest| Some(rest.split_once(')')?.0.trim().to_owned()))
        .collect()
}

fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

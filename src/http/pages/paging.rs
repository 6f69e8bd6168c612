//! Which rows of a long table one page has.

use std::ops::Range;

/// The number of instances on one page.
pub(super) const PAGE_ROWS: usize = 50;

/// One page of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paging {
    /// The number of the page, from 1 on.
    pub(super) page: usize,
    /// The number of rows on all pages.
    pub(super) total: usize,
}

impl Paging {
    /// The page with this number, or the last one if there are not so many.
    // A fleet gets smaller while people turn pages, which is no mistake of theirs.
    pub(super) fn new(page: usize, total: usize) -> Self {
        let paging = Self { page, total };
        Self {
            page: page.clamp(1, paging.pages()),
            total,
        }
    }

    /// The number of pages, which is at least 1.
    pub(super) fn pages(&self) -> usize {
        self.total.div_ceil(PAGE_ROWS).max(1)
    }

    /// The rows on this page, from 0 on.
    pub(super) fn rows(&self) -> Range<usize> {
        let start = (self.page - 1) * PAGE_ROWS;
        start..self.total.min(start + PAGE_ROWS)
    }

    pub(super) fn previous(&self) -> Option<usize> {
        (self.page > 1).then(|| self.page - 1)
    }

    pub(super) fn next(&self) -> Option<usize> {
        (self.page < self.pages()).then(|| self.page + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_on_one_page() {
        for total in [0, 1, 49, 50, 51, 100, 101] {
            let pages = Paging::new(1, total).pages();
            let rows = (1..=pages).flat_map(|page| Paging::new(page, total).rows());
            assert!(rows.eq(0..total), "{total}");
        }
    }

    #[test]
    fn a_page_behind_the_last_is_the_last() {
        let last = Paging::new(usize::MAX, 101);
        assert_eq!((last.page, last.rows()), (3, 100..101));
        assert_eq!((last.previous(), last.next()), (Some(2), None));
        assert_eq!(Paging::new(0, 101).page, 1);
        assert_eq!(Paging::new(7, 0).rows(), 0..0);
    }
}

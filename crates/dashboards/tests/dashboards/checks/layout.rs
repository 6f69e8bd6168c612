//! How the panels lie on the grid, and what each says about itself.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{dashboards, list, panels, text};

fn grid(panel: &Value) -> [u64; 4] {
    ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().unwrap())
}

#[test]
fn panels_fill_rows_of_the_grid_without_overlap() {
    for (dashboard, json) in dashboards() {
        let mut taken = BTreeSet::new();
        for panel in list(&json, "panels") {
            let [x, y, w, h] = grid(panel);
            for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (y, x))) {
                assert!(
                    taken.insert(cell),
                    "{dashboard}: {} overlaps",
                    text(panel, "title")
                );
            }
        }
        let height = taken.last().unwrap().0 + 1;
        assert_eq!(
            taken.len() as u64,
            24 * height,
            "{dashboard}: a row is not filled"
        );
        assert!(
            taken.iter().all(|(_, x)| *x < 24),
            "{dashboard}: a row is too wide"
        );
    }
}

#[test]
fn the_answer_is_on_the_first_screen_of_1080_lines() {
    for (dashboard, json) in dashboards() {
        let first = panels(&json)[0];
        assert_eq!(grid(first)[1], 0, "{dashboard}");
        let second_row = list(&json, "panels")
            .map(grid)
            .find(|[_, y, ..]| *y > 0)
            .unwrap();
        assert!(
            second_row[1] + second_row[3] <= 22,
            "{dashboard}: the first two rows are too high"
        );
    }
}

#[test]
fn ids_of_panels_and_titles_are_unique() {
    for (dashboard, json) in dashboards() {
        let mut ids = BTreeSet::new();
        let mut titles = BTreeSet::new();
        for panel in list(&json, "panels") {
            assert!(
                ids.insert(panel["id"].as_u64().unwrap()),
                "{dashboard}: {}",
                text(panel, "title")
            );
            assert!(
                titles.insert(text(panel, "title")),
                "{dashboard}: {}",
                text(panel, "title")
            );
        }
    }
}

#[test]
fn every_panel_explains_itself_and_says_what_emptiness_means() {
    for (dashboard, json) in dashboards() {
        assert!(!text(&json, "description").is_empty());
        for panel in panels(&json) {
            let place = format!("{dashboard}, {}", text(panel, "title"));
            assert!(
                text(panel, "description").ends_with('.'),
                "{place}: the description is a sentence"
            );
            assert!(
                !text(panel, "title").ends_with('.'),
                "{place}: the title is none"
            );
            let defaults = &panel["fieldConfig"]["defaults"];
            assert!(
                !text(defaults, "noValue").is_empty(),
                "{place}: nothing stands there without data"
            );
            assert!(
                list(&defaults["thresholds"], "steps").next().is_some(),
                "{place}: no thresholds"
            );
        }
    }
}

#[test]
fn what_is_over_time_has_a_legend() {
    for (dashboard, json) in dashboards() {
        for panel in panels(&json) {
            if ["timeseries", "state-timeline"].contains(&text(panel, "type")) {
                assert_eq!(
                    panel["options"]["legend"]["showLegend"],
                    true,
                    "{dashboard}, {}",
                    text(panel, "title")
                );
            }
        }
    }
}

//! Finds out in which targets an instance is.

use futures_util::future::join_all;

use super::gather::could_not_list;
use super::scope::display_name;
use super::targets::{Begun, notes_of_unasked};
use crate::aws::{SsmSource, one_line};
use crate::inspect::{Inspector, Named, Presence, Sighting, is_instance_id, match_names};
use crate::model::InstanceRow;

/// An instance in a target.
pub(super) struct Found<'a> {
    pub(super) inspector: &'a Inspector<SsmSource>,
    pub(super) sighting: Sighting,
}

/// What the search for one name has brought.
pub(super) struct Search<'a> {
    pub(super) found: Vec<Found<'a>>,
    /// Why nothing was found, or not without doubt.
    pub(super) notes: Vec<String>,
}

impl<'a> Search<'a> {
    fn of(found: Vec<Found<'a>>) -> Self {
        Self {
            found,
            notes: Vec::new(),
        }
    }
}

/// The listings of one target, if they could be read.
type Listings<'a> = (&'a Inspector<SsmSource>, Vec<InstanceRow>);

/// Looks for instances in all targets.
pub(super) struct Lookup<'a> {
    begun: &'a Begun,
    /// Read only if an instance is asked for by the name of its computer.
    listings: Vec<Listings<'a>>,
    /// What could not be listed.
    unlisted: Vec<String>,
}

impl<'a> Lookup<'a> {
    /// Reads what is needed to find these instances.
    pub(super) async fn new(begun: &'a Begun, names: &[String]) -> Self {
        let mut lookup = Self {
            begun,
            listings: Vec::new(),
            unlisted: Vec::new(),
        };
        // AWS has no filter by the name of a computer, so all listings are read: a call for each 50
        // instances. Those who know the id ask by the id.
        if !names.iter().all(|name| is_instance_id(name)) {
            lookup.read_listings().await;
        }
        lookup
    }

    async fn read_listings(&mut self) {
        let inspectors = self.begun.inspectors.iter();
        let answers = inspectors.map(async |inspector| (inspector, inspector.listings().await));
        for (inspector, answer) in join_all(answers).await {
            match answer {
                Ok(rows) => self.listings.push((inspector, rows)),
                Err(error) => self
                    .unlisted
                    .push(could_not_list(inspector.target(), &error)),
            }
        }
    }

    /// Finds an instance by its id or by the name of its computer.
    pub(super) async fn find(&self, name: &str) -> Search<'a> {
        if is_instance_id(name) {
            return self.find_id(name).await;
        }
        match self.find_name(name) {
            Ok((inspector, id)) => Search::of(vec![Found {
                inspector,
                sighting: inspector.look(&id).await,
            }]),
            Err(notes) => Search {
                found: Vec::new(),
                notes,
            },
        }
    }

    async fn find_id(&self, id: &str) -> Search<'a> {
        let looks = self.begun.inspectors.iter().map(async |inspector| Found {
            inspector,
            sighting: inspector.look(id).await,
        });
        let (here, elsewhere): (Vec<_>, Vec<_>) = join_all(looks)
            .await
            .into_iter()
            .partition(|found| found.sighting.presence() == Presence::Here);
        if here.is_empty() {
            self.where_it_may_be(id, elsewhere)
        } else {
            Search::of(here)
        }
    }

    /// Where an instance is that no target is certain to have.
    fn where_it_may_be(&self, id: &str, asked: Vec<Found<'a>>) -> Search<'a> {
        let is_only_target = asked.len() == 1 && self.begun.unasked.is_empty();
        let (unclear, absent): (Vec<_>, Vec<_>) = asked
            .into_iter()
            .partition(|found| found.sighting.presence() == Presence::Unclear);
        // What else can be read there is worth more than to say that it is not clear.
        if unclear.len() == 1 && self.begun.unasked.is_empty() {
            return Search::of(unclear);
        }
        let mut notes = vec![self.unknown(id)];
        notes.extend(unclear.iter().map(|found| could_not_tell(id, found)));
        notes.extend(notes_of_unasked(&self.begun.unasked));
        // Where it can only be in one target, it is said what that target lacks to manage it.
        let found = if is_only_target { absent } else { Vec::new() };
        Search { found, notes }
    }

    fn find_name(&self, name: &str) -> Result<(&'a Inspector<SsmSource>, String), Vec<String>> {
        let named: Vec<(&Inspector<SsmSource>, Named)> = self
            .listings
            .iter()
            .flat_map(|(inspector, rows)| {
                match_names(rows, name)
                    .into_iter()
                    .map(|named| (*inspector, named))
            })
            .collect();
        match &named[..] {
            [(inspector, named)] => Ok((inspector, named.id.clone())),
            [] => Err(self.no_such_name(name)),
            several => Err(vec![ambiguous(name, several)]),
        }
    }

    fn no_such_name(&self, name: &str) -> Vec<String> {
        let mut notes = vec![self.unknown(name)];
        notes.extend(self.unlisted.iter().cloned());
        notes.extend(notes_of_unasked(&self.begun.unasked));
        notes
    }

    fn unknown(&self, name: &str) -> String {
        let name = one_line(name);
        let asked: Vec<String> = self
            .begun
            .inspectors
            .iter()
            .map(|inspector| display_name(inspector.target()))
            .collect();
        if asked.is_empty() {
            return format!("{name} could not be looked for");
        }
        format!(
            "{name} is not known where AWS could be asked ({})\n  hint: AWS knows managed instances and what has \
             compliance data; check the id, or say with --account-id and --region where it should be",
            asked.join(", ")
        )
    }
}

fn could_not_tell(id: &str, found: &Found<'_>) -> String {
    let target = display_name(found.inspector.target());
    let failures: Vec<String> = found.sighting.failures().map(ToString::to_string).collect();
    format!(
        "{id} may be in {target}, which did not tell: {}",
        failures.join("; ")
    )
}

fn ambiguous(name: &str, several: &[(&Inspector<SsmSource>, Named)]) -> String {
    let candidates = several.iter().map(|(inspector, named)| {
        let target = display_name(inspector.target());
        format!("{} in {target}", named.id)
    });
    let candidates: Vec<String> = candidates.collect();
    format!(
        "{} instances are called {name}: {}\n  hint: give the id of the one that is meant",
        several.len(),
        candidates.join(", ")
    )
}

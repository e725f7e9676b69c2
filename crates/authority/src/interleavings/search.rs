//! Breadth first through every world that any order of steps leads to; then backwards from the worlds in which a person is
//! signed in.

use std::collections::{HashMap, VecDeque};

use super::facts::Records;
use super::invariants::{Violation, check};
use super::steps::{self, Step};
use super::world::{Lock, Rules, Who, World};

/// What a search saw.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Seen {
    pub(super) worlds: usize,
    pub(super) steps: usize,
    /// The most moments that somebody has to wait, from the worst world on, until they are signed in.
    pub(super) longest_wait: u32,
}

/// A broken rule, and the steps that lead there.
#[derive(Debug)]
pub(super) struct Broke {
    pub(super) violation: Violation,
    pub(super) path: Vec<Step>,
}

struct Search<'a> {
    records: Records,
    rules: &'a Rules,
    worlds: Vec<World>,
    known: HashMap<World, usize>,
    /// How each world was found first.
    parents: Vec<Option<(usize, Step)>>,
    edges: Vec<(usize, usize, Step)>,
}

/// Explores everything.
pub(super) fn explore(rules: &Rules) -> Result<Seen, Broke> {
    let first = World::first();
    let mut search = Search {
        records: Records::mint(),
        rules,
        worlds: vec![first.clone()],
        known: HashMap::from([(first, 0)]),
        parents: vec![None],
        edges: Vec::new(),
    };
    search.forwards()?;
    let mut longest_wait = 0;
    // A browser that lost its device, the old one too, is where these two begin.
    for who in [Who::One, Who::Two] {
        longest_wait = longest_wait.max(search.backwards(who)?);
    }
    Ok(Seen {
        worlds: search.worlds.len(),
        steps: search.edges.len(),
        longest_wait,
    })
}

impl Search<'_> {
    fn forwards(&mut self) -> Result<(), Broke> {
        let all = steps::all();
        let mut here = 0;
        while here < self.worlds.len() {
            let world = self.worlds[here].clone();
            for step in &all {
                if let Some((next, trace)) = steps::take(&self.records, self.rules, &world, *step) {
                    check(&self.records, self.rules, (&world, &next), &trace).map_err(|violation| {
                        let mut path = self.path_to(here);
                        path.push(*step);
                        Broke { violation, path }
                    })?;
                    self.arrive(here, *step, next.without_what_is_over());
                }
            }
            here += 1;
        }
        Ok(())
    }

    fn arrive(&mut self, from: usize, step: Step, next: World) {
        let fresh = self.worlds.len();
        let to = *self.known.entry(next.clone()).or_insert(fresh);
        if to == fresh {
            self.worlds.push(next);
            self.parents.push(Some((from, step)));
        }
        self.edges.push((from, to, step));
    }

    fn path_to(&self, mut place: usize) -> Vec<Step> {
        let mut path = Vec::new();
        while let Some((parent, step)) = self.parents[place] {
            path.push(step);
            place = parent;
        }
        path.reverse();
        path
    }

    /// From every world this person gets in by their own steps, by waiting and with an operator who lifts the lock of an
    /// administrator; the requests of others only come to their end. Gives back the longest wait.
    fn backwards(&self, who: Who) -> Result<u32, Broke> {
        let mut before: Vec<Vec<(usize, u32)>> = vec![Vec::new(); self.worlds.len()];
        for (from, to, step) in &self.edges {
            if is_helpful(&self.worlds[*from], who, *step) {
                before[*to].push((*from, u32::from(*step == Step::Wait)));
            }
        }
        let mut waits: Vec<Option<u32>> = vec![None; self.worlds.len()];
        let mut queue = VecDeque::new();
        for (place, world) in self.worlds.iter().enumerate() {
            if self.is_signed_in(world, who) {
                queue.push_back((place, 0));
            }
        }
        while let Some((place, wait)) = queue.pop_front() {
            if waits[place].is_some() {
                continue;
            }
            waits[place] = Some(wait);
            for (from, more) in &before[place] {
                match more {
                    0 => queue.push_front((*from, wait)),
                    more => queue.push_back((*from, wait + more)),
                }
            }
        }
        let mut longest = 0;
        for (place, wait) in waits.into_iter().enumerate() {
            let wait = wait.ok_or_else(|| Broke {
                violation: Violation::NoWayOut(who),
                path: self.path_to(place),
            })?;
            longest = longest.max(wait);
        }
        Ok(longest)
    }

    fn is_signed_in(&self, world: &World, who: Who) -> bool {
        let issued = world.browser(who).issued;
        issued.is_some_and(|issued| self.records.stands(world, issued, self.rules).0)
    }
}

fn is_helpful(world: &World, who: Who, step: Step) -> bool {
    match step {
        Step::Wait | Step::Decide(_) => true,
        Step::Unlock => world.lock == Lock::Administrator,
        Step::Prove(by) | Step::Decline(by) | Step::AskAnew(by) | Step::Return(by) | Step::Read(by, _) => by == who,
        Step::Lock | Step::Suspend | Step::Unbind => false,
    }
}

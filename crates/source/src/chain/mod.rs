//! Several places in an order: go's `,` and `|`, and the house's rules about what may be asked where.
//!
//! * [`policy`]: which failure lets the next place be asked, and which paths may go where. Pure decisions.
//! * [`claims`]: which paths an authoritative place has ever answered.
//! * this file: asking along the chain, first answer wins, and for lists the union of all.

pub mod claims;
pub mod policy;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use gomod::ModulePath;
use gomod::goproxy::Fallback;

use crate::{Answer, Ask, Assurance, Ctx, Failure, FailureKind, Kind, Origin, Source, Trail, VersionList};
use claims::Claims;
use policy::{Mode, Policy};

/// One place of a chain.
#[derive(Debug, Clone)]
pub struct Link {
    /// The place, with its own decorators around it.
    pub place: Arc<dyn Source>,
    /// Its display name.
    pub origin: Origin,
    /// The separator behind it in the list (protocol.md B1).
    pub then: Fallback,
    /// Whether it is the user's own: it may see private paths, and a path that it has ever answered is asked of no
    /// later place (house.md, dependency confusion).
    pub private: bool,
}

/// Places in the order in which they are asked.
#[derive(Debug)]
pub struct Chain {
    links: Vec<Link>,
    policy: Policy,
    claims: Claims,
}

impl Chain {
    /// A chain of `links`, first asked first. Without any, every question is `Unavailable`.
    pub fn new(links: Vec<Link>, policy: Policy, claims: Claims) -> Self {
        Self { links, policy, claims }
    }

    /// The places that may be asked about `module`: those that may see its name, up to the one that owns it.
    fn eligible(&self, module: &ModulePath) -> Vec<&Link> {
        let only_private = self.policy.only_private(module);
        let mut links: Vec<&Link> = self.links.iter().filter(|link| link.private || !only_private).collect();
        let owner = links.iter().position(|link| link.private && self.claims.holds(module, &link.origin));
        links.truncate(owner.map_or(links.len(), |owner| owner + 1));
        links
    }

    /// The first answer along the chain.
    async fn first(&self, links: &[&Link], ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let mut search = Search::default();
        for link in links {
            match link.place.ask(ask, ctx).await {
                Ok(answer) => {
                    self.remember(link, ask.module()).await;
                    return Ok(answer.after(search.trail));
                }
                Err(failure) if self.stops(link, ask, &failure) => return Err(search.end(failure)),
                Err(failure) => search.add(failure),
            }
        }
        Err(search.give_up())
    }

    /// The union of all lists, so that no one place can make a version vanish.
    async fn union(&self, links: &[&Link], ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let mut union = Union::default();
        let mut search = Search::default();
        'places: for group in links.chunk_by(|a, b| !a.private && !b.private) {
            let answers = join_all(group.iter().map(|link| self.list_of(link, ask, ctx))).await;
            for (link, answer) in group.iter().zip(answers) {
                match answer {
                    Ok((origin, list, assurance, trail)) => {
                        search.trail.extend(trail);
                        union.add(origin, list, assurance);
                        if link.private {
                            break 'places;
                        }
                    }
                    Err(failure) => {
                        let stop = self.stops(link, ask, &failure);
                        search.add(failure);
                        if stop {
                            break 'places;
                        }
                    }
                }
            }
        }
        union.into_answer(search)
    }

    async fn list_of(
        &self,
        link: &Link,
        ask: &Ask,
        ctx: &Ctx,
    ) -> Result<(Origin, VersionList, Assurance, Trail), Failure> {
        let Answer { body, origin, assurance, trail, .. } = link.place.ask(ask, ctx).await?;
        let broken = |why: String| Failure::unavailable(&origin, why, Duration::ZERO);
        let bytes = body.into_bytes(Kind::List.size_max()).await.map_err(|e| broken(e.to_string()))?;
        let text = std::str::from_utf8(&bytes).map_err(|e| broken(format!("the list is not UTF-8: {e}")))?;
        let list =
            VersionList::parse(text).ok_or_else(|| broken("the answer is not a version list".into()))?;
        self.remember(link, ask.module()).await;
        Ok((origin, list, assurance, trail))
    }

    fn stops(&self, link: &Link, ask: &Ask, failure: &Failure) -> bool {
        !self.policy.passes(failure.kind(), link.then, ask.module())
    }

    async fn remember(&self, link: &Link, module: &ModulePath) {
        if link.private {
            self.claims.add(module, &link.origin).await;
        }
    }
}

#[async_trait::async_trait]
impl Source for Chain {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let links = self.eligible(ask.module());
        match (links.as_slice(), ask) {
            ([], _) => Err(nobody_to_ask(&self.links, ask)),
            ([_, _, ..], Ask::List(_)) if self.policy.mode == Mode::Resilient => {
                self.union(&links, ask, ctx).await
            }
            _ => self.first(&links, ask, ctx).await,
        }
    }
}

/// The failures so far.
#[derive(Debug, Default)]
struct Search {
    trail: Trail,
    worst: Option<Failure>,
}

impl Search {
    fn add(&mut self, failure: Failure) {
        self.trail.extend(failure.trail().clone());
        if self.worst.as_ref().is_none_or(|worst| failure.kind() > worst.kind()) {
            self.worst = Some(failure);
        }
    }

    /// The search stops at a failure that is final, but "could not find out" earlier on is not forgotten.
    fn end(mut self, last: Failure) -> Failure {
        self.add(last);
        self.give_up()
    }

    /// The most serious failure, the first of its kind, with everybody's behind it.
    fn give_up(self) -> Failure {
        let Self { trail, worst } = self;
        worst.unwrap_or_else(|| nobody("no place is configured")).with_trail(trail)
    }
}

/// The lists so far.
#[derive(Debug, Default)]
struct Union {
    list: VersionList,
    first: Option<(Origin, Assurance)>,
}

impl Union {
    fn add(&mut self, origin: Origin, list: VersionList, assurance: Assurance) {
        self.list.merge(list);
        let (_, weakest) = self.first.get_or_insert((origin, assurance));
        *weakest = (*weakest).min(assurance);
    }

    fn into_answer(self, search: Search) -> Result<Answer, Failure> {
        let Some((origin, assurance)) = self.first else { return Err(search.give_up()) };
        let answer = Answer::live(self.list.to_text().into(), origin, search.trail);
        Ok(Answer { assurance, ..answer })
    }
}

fn nobody_to_ask(links: &[Link], ask: &Ask) -> Failure {
    if links.is_empty() {
        return nobody(
            "no upstream is configured, so only what is kept can be served; start with --upstream URL",
        );
    }
    let message = format!(
        "{} matches GONOPROXY (or GOPRIVATE), and no upstream is marked private, so nobody may be asked for it",
        ask.module()
    );
    Failure::not_found(&Origin::new("modkeep"), message, Duration::ZERO)
}

fn nobody(message: &str) -> Failure {
    Failure::new(FailureKind::Unavailable, &Origin::new("modkeep"), message, Duration::ZERO).permanent()
}

#[cfg(test)]
mod tests;

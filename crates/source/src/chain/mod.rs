//! Several places in an order: go's `,` and `|`, and the house's rules about what may be asked where.
//!
//! * [`policy`]: which failure lets the next place be asked, and which paths may go where. Pure decisions.
//! * [`claims`]: which paths an authoritative place has ever answered.
//! * this file: asking along the chain, first answer wins, and for lists the union of all.

pub mod claims;
pub mod policy;

use std::sync::Arc;
use std::time::Duration;

use gomod::ModulePath;
use gomod::goproxy::Fallback;

use crate::{Answer, Ask, Assurance, Ctx, Failure, FailureKind, Kind, Origin, Source, Trail, VersionList};
use claims::Claims;
use policy::Policy;

/// One place of a chain.
#[derive(Debug, Clone)]
pub struct Link {
    /// The place, with its own decorators around it.
    pub place: Arc<dyn Source>,
    /// Its display name.
    pub origin: Origin,
    /// The separator behind it in the list (protocol.md B1).
    pub then: Fallback,
    /// Whether it is the user's own, so that it may see private paths.
    pub private: bool,
    /// Whether a path that it has ever answered is asked of no later place (house.md, dependency confusion): it is private,
    /// or knows us by credentials.
    pub authoritative: bool,
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
        let owner =
            links.iter().position(|link| link.authoritative && self.claims.holds(module, &link.origin));
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
                Err(failure) if self.passes(link, ask, &failure) => search.add(failure),
                Err(failure) => return Err(search.end(failure)),
            }
        }
        Err(search.give_up())
    }

    /// The lists of all places that may be asked, united, so that no one place can make a version vanish.
    ///
    /// One after the other, because whether the next may be asked depends on what this one says: a refusal ends the
    /// search, and a private path is not told to a second place when the first has answered or is down.
    async fn list(&self, links: &[&Link], ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let mut union = Union::default();
        let mut search = Search::default();
        for link in links {
            let next_too = match self.list_of(link, ask, ctx).await {
                Ok(list) => {
                    search.trail.extend(union.add(list));
                    !link.authoritative && self.policy.unites(ask.module())
                }
                Err(failure) => {
                    let passes = self.passes(link, ask, &failure);
                    search.add(failure);
                    passes
                }
            };
            if !next_too {
                break;
            }
        }
        union.into_answer(search)
    }

    async fn list_of(&self, link: &Link, ask: &Ask, ctx: &Ctx) -> Result<Listed, Failure> {
        let Answer { body, origin, assurance, trail, .. } = link.place.ask(ask, ctx).await?;
        let broken = |why: String| Failure::unavailable(&origin, why, Duration::ZERO);
        let bytes = body.into_bytes(Kind::List.size_max()).await.map_err(|e| broken(e.to_string()))?;
        let text = std::str::from_utf8(&bytes).map_err(|e| broken(format!("the list is not UTF-8: {e}")))?;
        let versions =
            VersionList::parse(text).ok_or_else(|| broken("the answer is not a version list".into()))?;
        self.remember(link, ask.module()).await;
        Ok(Listed { versions, origin, assurance, trail })
    }

    fn passes(&self, link: &Link, ask: &Ask, failure: &Failure) -> bool {
        self.policy.passes(failure.kind(), link.then, ask.module())
    }

    async fn remember(&self, link: &Link, module: &ModulePath) {
        if link.authoritative {
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
            (_, Ask::List(_)) => self.list(&links, ask, ctx).await,
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

/// What one place says to a list.
struct Listed {
    versions: VersionList,
    origin: Origin,
    assurance: Assurance,
    trail: Trail,
}

/// The lists so far.
#[derive(Debug, Default)]
struct Union {
    versions: VersionList,
    first: Option<(Origin, Assurance)>,
}

impl Union {
    /// Adds a list, and gives its trail back.
    fn add(&mut self, list: Listed) -> Trail {
        self.versions.merge(list.versions);
        let (_, weakest) = self.first.get_or_insert((list.origin, list.assurance));
        *weakest = (*weakest).min(list.assurance);
        list.trail
    }

    fn into_answer(self, search: Search) -> Result<Answer, Failure> {
        let Some((origin, assurance)) = self.first else { return Err(search.give_up()) };
        let answer = Answer::live(self.versions.to_text().into(), origin, search.trail);
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

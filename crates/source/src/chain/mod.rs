//! Several places in an order: go's `,` and `|`, and the house's rules about what may be asked where.
//!
//! * [`policy`]: which failure lets the next place be asked, and which paths may go where. Pure decisions.
//! * [`claims`]: which paths an authoritative place has ever answered.
//! * [`order`]: which of equal places is asked first.
//! * [`race`] and [`lag`]: asking the next place while one is in arrears.
//! * [`search`] and [`union`]: what comes of it, when nobody answers and for lists.
//! * this file: the first answer along the chain.

pub mod claims;
mod lag;
mod lists;
mod order;
pub mod policy;
mod race;
mod search;
mod union;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use gomod::ModulePath;
use gomod::goproxy::Fallback;

use crate::{Answer, Ask, Ctx, Failure, FailureKind, Origin, Source, Vitals};
use claims::Claims;
pub(crate) use lag::lags;
use order::Turn;
use policy::Policy;
use race::Race;
use search::{Search, nobody};

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
    /// Whether it only stands in for the others, as repositories do for proxies: it is asked for a list when no other place has one,
    /// and its outage does not outweigh another's word that there are no such versions. go does not ask repositories there at all
    /// when a proxy knows the module by another part of its path.
    pub stands_in: bool,
    /// Its vital signs, where there is a [`Steady`](crate::Steady) around it that notes them.
    pub vitals: Option<Arc<Vitals>>,
}

impl Link {
    /// Whether its breaker is open.
    fn is_out(&self) -> bool {
        self.vitals.as_ref().is_some_and(|vitals| vitals.is_out())
    }
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

    /// The places that may be asked about `module`: those that may see its name, up to the one that owns it. All may be asked for
    /// what is about none. What stands in for the others is dear, and is asked only for somebody who waits.
    fn eligible(&self, module: Option<&ModulePath>, ctx: &Ctx) -> Vec<&Link> {
        let only_private = self.policy.only_private(module);
        let may_see = |link: &&Link| (link.private || !only_private) && !(link.stands_in && ctx.is_ahead());
        let mut links: Vec<&Link> = self.links.iter().filter(may_see).collect();
        let owns = |link: &&Link| {
            link.authoritative && module.is_some_and(|module| self.claims.holds(module, &link.origin))
        };
        let owner = links.iter().position(owns);
        links.truncate(owner.map_or(links.len(), |owner| owner + 1));
        links
    }

    /// The first answer along the chain.
    async fn first(&self, links: &[&Link], ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let mut search = Search::default();
        match self.first_of(&self.in_order(links, ask), ask, ctx, false, &mut search).await {
            Round::Answered(answer) => return Ok(answer.after(search.into_trail())),
            Round::Ended => return Err(search.give_up()),
            Round::Exhausted if ctx.others_follow => return Err(search.give_up()),
            Round::Exhausted => {}
        }
        let again = search.take_passed_over(links);
        match self.first_of(&order::as_listed(&again), ask, ctx, true, &mut search).await {
            Round::Answered(answer) => Ok(answer.after(search.into_trail())),
            _ => Err(search.give_up()),
        }
    }

    /// One round: each place is asked until one answers. With `insist`, also those that have been slow or unsteady.
    async fn first_of(
        &self,
        turns: &[Turn<'_>],
        ask: &Ask,
        ctx: &Ctx,
        insist: bool,
        search: &mut Search,
    ) -> Round<Answer> {
        let asking = |turn: Turn<'_>, ctx: Ctx| {
            let place = turn.link.place.clone();
            let ask = ask.clone();
            Box::pin(async move { place.ask(&ask, &ctx).await }) as _
        };
        let mut race = self.race(turns, ask, ctx, insist, asking);
        race.ask_next();
        let mut ended = false;
        while let Some((at, outcome)) = race.next().await {
            let failure = match outcome {
                Ok(answer) => {
                    self.remember(race.turn(at).link, ask).await;
                    search.note(race.give_up_the_rest());
                    return Round::Answered(answer);
                }
                Err(failure) => failure,
            };
            ended |= !self.goes_on(&mut race, at, ask, failure, search);
            if race.is_last_asked(at) {
                race.ask_next();
            }
        }
        if ended { Round::Ended } else { Round::Exhausted }
    }

    /// The places in the order of asking. In mode `go`, and for a path that is not told to a second place, that of the list.
    fn in_order<'a>(&self, links: &[&'a Link], ask: &Ask) -> Vec<Turn<'a>> {
        if self.policy.hedges(ask.module()) { order::best_first(links) } else { order::as_listed(links) }
    }

    fn race<'a, T: 'a>(
        &'a self,
        turns: &'a [Turn<'a>],
        ask: &'a Ask,
        ctx: &'a Ctx,
        insist: bool,
        asking: impl Fn(Turn<'a>, Ctx) -> BoxFuture<'a, Result<T, Failure>> + Send + Sync + 'a,
    ) -> Race<'a, T> {
        // The last one is tried hard, unless its breaker is open: the second round is for that.
        let is_last = move |at: usize| {
            let Some(turn) = turns.get(at) else { return false };
            let ends = at + 1 == turns.len() && (at == 0 || !turn.link.is_out());
            ends || !self.policy.passes(FailureKind::Unavailable, turn.link.then, ask.module())
        };
        let is_last_resort = move |at| !ctx.others_follow && (insist || is_last(at));
        // Without hedging there is one place at a time, so that whoever watches the question sees it.
        let of_question = ctx.progress.as_ref().filter(|_| ctx.is_ahead());
        let circumstances =
            move |at, progress| ctx.watched(of_question.cloned().unwrap_or(progress), is_last_resort(at));
        let hedged = self.policy.hedges(ask.module()) && !ctx.is_ahead();
        Race::new(turns.to_vec(), hedged, circumstances, asking)
    }

    /// Notes a failure; whether the search goes on behind the place.
    fn goes_on<'a, T: 'a>(
        &self,
        race: &mut Race<'a, T>,
        at: usize,
        ask: &Ask,
        failure: Failure,
        search: &mut Search,
    ) -> bool {
        let turn = race.turn(at);
        let passes = self.passes(turn.link, ask, &failure);
        if !passes {
            race.end_at(turn.group_end);
        }
        let weighs = !(turn.link.stands_in && matches!(ask, Ask::List(_) | Ask::Latest(_)));
        if weighs {
            search.add(failure);
        } else {
            search.add_of_stand_in(failure);
        }
        passes
    }

    fn passes(&self, link: &Link, ask: &Ask, failure: &Failure) -> bool {
        self.policy.passes(failure.kind(), link.then, ask.module())
    }

    /// Who has answered for a module owns it; a record of it in a checksum database is no such answer.
    async fn remember(&self, link: &Link, ask: &Ask) {
        let module = ask.module().filter(|_| link.authoritative && !matches!(ask, Ask::SumDb(_)));
        if let Some(module) = module {
            self.claims.add(module, &link.origin).await;
        }
    }
}

#[async_trait::async_trait]
impl Source for Chain {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let links = self.eligible(ask.module(), ctx);
        match (links.as_slice(), ask) {
            ([], _) if ctx.is_ahead() => Err(nobody("no proxy may be asked ahead")),
            ([], _) => Err(nobody_to_ask(&self.links, ask)),
            (_, Ask::List(_)) => self.list(&links, ask, ctx).await,
            _ => self.first(&links, ask, ctx).await,
        }
    }
}

/// What came of asking each place once.
enum Round<T> {
    Answered(T),
    /// A failure was final.
    Ended,
    /// Every place was asked.
    Exhausted,
}

fn nobody_to_ask(links: &[Link], ask: &Ask) -> Failure {
    if links.is_empty() {
        return nobody(
            "no upstream is configured, so only what is kept can be served; start with --upstream URL",
        );
    }
    let message = format!(
        "{} matches GONOPROXY (or GOPRIVATE), and no upstream is marked private, so nobody may be asked for it",
        ask.module().map_or("it", |module| module.as_str())
    );
    Failure::not_found(&Origin::new("modkeep"), message, Duration::ZERO)
}

#[cfg(test)]
mod hedging_tests;
#[cfg(test)]
mod tests;

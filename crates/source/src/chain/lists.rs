//! Lists: asked of every place that may be asked, and united.
//!
//! Whether the next place may be asked depends on what this one says: a refusal ends the search, and a private path is not told to
//! a second place when the first has answered or is down. So places joined by `,` are asked one after the other, the next one also
//! when this one is in arrears; those joined by `|` at once.

use std::time::Duration;

use tokio::time::timeout_at;

use super::order::{self, Turn};
use super::race::Race;
use super::search::Search;
use super::union::{Listed, Union};
use super::{Chain, Link};
use crate::{Answer, Ask, Ctx, Failure};

/// How long a place has for its list when another place has answered: longer than nearly every answer takes, and at
/// most once for a place that is dead, since its breaker opens.
const PATIENCE: Duration = Duration::from_secs(1);

impl Chain {
    /// The lists of all places that may be asked, united, so that no one place can make a version vanish.
    pub(super) async fn list(&self, links: &[&Link], ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let (mut union, mut search) = (Union::default(), Search::default());
        let ended = self.lists_of(&self.in_order(links, ask), ask, ctx, false, &mut union, &mut search).await;
        if union.is_empty() && !ended && !ctx.others_follow {
            let again = search.take_passed_over(links);
            self.lists_of(&order::as_listed(&again), ask, ctx, true, &mut union, &mut search).await;
        }
        union.into_answer(search)
    }

    /// One round; whether a failure ended the search.
    async fn lists_of(
        &self,
        turns: &[Turn<'_>],
        ask: &Ask,
        ctx: &Ctx,
        insist: bool,
        union: &mut Union,
        search: &mut Search,
    ) -> bool {
        let asking = |turn: Turn<'_>, ctx: Ctx| {
            let (place, ask) = (turn.link.place.clone(), ask.clone());
            Box::pin(async move { Listed::read(place.ask(&ask, &ctx).await?).await }) as _
        };
        let mut race = self.race(turns, ask, ctx, insist, asking);
        race.ask_group();
        let mut ended = false;
        while let Some((at, outcome)) = next_of(&mut race, !union.is_empty()).await {
            let turn = race.turn(at);
            match outcome {
                Ok(list) => {
                    self.remember(turn.link, ask).await;
                    search.note(union.add(at, list));
                    if turn.link.authoritative || !self.policy.unites(ask.module()) {
                        race.end_at(at + 1);
                    }
                    if let Some(stand_in) = turns.iter().position(|turn| turn.link.stands_in) {
                        race.end_at(stand_in.max(at + 1));
                    }
                }
                Err(failure) => {
                    if !self.goes_on(&mut race, at, ask, failure, search) {
                        ended = true;
                        union.end_at(turn.group_end);
                    }
                }
            }
            if race.is_last_asked(at) {
                race.ask_group();
            }
        }
        search.note(race.give_up_the_rest());
        ended
    }
}

/// What the next place says. Once there is a list, the others are waited for a limited time.
async fn next_of<'a, T: 'a>(race: &mut Race<'a, T>, has_list: bool) -> Option<(usize, Result<T, Failure>)> {
    match race.last_asked_at().filter(|_| has_list) {
        Some(asked) => timeout_at(asked + PATIENCE, race.next()).await.ok()?,
        None => race.next().await,
    }
}

//! The look-ahead of one run: what the ladder is asked before go asks it.
//!
//! ```text
//! Counted( Leading( Held( Ladder, ahead of it: Proxied(Ladder) ) ) )
//! ```
//!
//! Read from the inside: what the proxies of the ladder give is *held* until go asks for it; who *leads* hears go's questions, and says what to ask next;
//! only what go has really asked *counts* in what is said about the run.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use gomod::ModulePath;
use ladder::ahead::{CacheDelivery, Leading, Nearby, Outlook, Scope};
use ladder::project::Project;
use ladder::{Counted, Ladder, Proxied, Steps};
use source::upstream::Notice;
use source::{Delivery, Foresight, Held, HeldLimits, Source, Spool};

use super::client::Client;
use super::places;
use crate::report::Failed;
use crate::settings::table;

/// What is known of a run: its project, and what its command asks of that.
#[derive(Debug, Clone)]
pub(crate) struct Foreseen {
    /// The project.
    pub(crate) project: Project,
    /// What the command asks.
    pub(crate) scope: Scope,
    /// Whether zips may be put where go finds them without a question; not where each question is to be seen.
    pub(crate) delivers: bool,
}

/// Whom a run is asked of ahead.
pub(super) struct Asked {
    /// What tells the first of them the whole run, when it is known; none where there is nobody.
    pub(super) notice: Option<Arc<Notice>>,
    /// Whether all of them are private.
    pub(super) is_private: bool,
    /// Where what comes of them is buffered.
    pub(super) spool: Spool,
}

/// How many bytes of zips are fetched ahead of a build that it perhaps does not want, besides a tenth of those that it has asked for.
const UNCLAIMED_MAX: u64 = 16 << 20;

impl Client {
    /// The ladder, asked ahead where it is known what for, and there is a place that may be asked.
    pub(super) fn led(&self, ladder: Ladder, asked: Asked) -> Result<Arc<dyn Source>, Failed> {
        let steps: Arc<Steps> = self.steps.clone();
        let outlook = if asked.notice.is_some() { self.outlook(asked.is_private)? } else { None };
        let Some((outlook, scope)) = outlook else {
            return Ok(Arc::new(Counted::new(ladder, steps)));
        };
        let limits = limits(scope, self.settings.get(&table::ASK_TIMEOUT)?);
        let delivery = self.delivery(scope);
        let ladder = Arc::new(ladder);
        let ahead = Arc::new(Proxied::new(ladder.clone()));
        let held = Held::new(ladder, ahead, asked.spool, delivery, &limits);
        let far = asked.notice.map(|notice| notice as Arc<dyn Foresight>);
        Ok(Arc::new(Counted::new(Leading::new(Arc::new(held), far, outlook, scope), steps)))
    }

    /// `go mod download` wants every zip, and finds in its own cache what was put there. A build says of each zip that it downloads
    /// it, and what it asks says what it will ask next.
    fn delivery(&self, scope: Scope) -> Option<Arc<dyn Delivery>> {
        let delivers = self.foreseen.as_ref().is_some_and(|run| run.delivers);
        let cache = self.module_cache.as_deref().filter(|_| delivers && scope == Scope::Download)?;
        let made = CacheDelivery::new(cache, self.pins.clone(), self.steps.clone())?;
        Some(Arc::new(made))
    }

    /// What the files of the project say; nothing where go will complain about them. A private module that places which are not private
    /// would hear of is not named before go asks about it.
    fn outlook(&self, is_private: bool) -> Result<Option<(Outlook, Scope)>, Failed> {
        let Some(Foreseen { project, scope, .. }) = &self.foreseen else { return Ok(None) };
        let policy = places::policy(&self.settings)?;
        let is_unnamed = |module: &ModulePath| {
            !is_private && policy.is_private(module) && !policy.only_private(Some(module))
        };
        let nearby = self.nearby()?.wanting_zips(*scope == Scope::Download);
        match Outlook::read(project, &self.pins, nearby) {
            Ok(outlook) => Ok(Some((outlook.without_naming(is_unnamed), *scope))),
            Err(error) => {
                tracing::debug!(%error, "cannot look ahead");
                Ok(None)
            }
        }
    }

    /// What lies on this machine, where the ladder reads it.
    fn nearby(&self) -> Result<Nearby, Failed> {
        let others: Vec<PathBuf> = self.settings.get(&table::MODULE_CACHES)?;
        Ok(Nearby::new(self.module_cache.clone(), others, [self.settings.get(&table::DATA)?]))
    }

    /// What the first place of the list is told, where a run is foreseen. The places behind it hear only of what it could not answer.
    pub(super) fn notice(&self, is_private: bool) -> Result<Option<Arc<Notice>>, Failed> {
        if self.foreseen.is_none() {
            return Ok(None);
        }
        Ok(Some(Notice::new(places::policy(&self.settings)?, is_private)))
    }
}

/// Only a download needs all that it could ask.
fn limits(scope: Scope, patience: Duration) -> HeldLimits {
    let unclaimed = (scope != Scope::Download).then_some(UNCLAIMED_MAX);
    HeldLimits { unclaimed, patience, ..HeldLimits::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_wants_all_is_sent_all_at_once() {
        let unclaimed = |scope| limits(scope, Duration::ZERO).unclaimed;
        assert_eq!([Scope::Build, Scope::Graph].map(unclaimed), [Some(UNCLAIMED_MAX); 2]);
        assert_eq!(unclaimed(Scope::Download), None);
    }
}

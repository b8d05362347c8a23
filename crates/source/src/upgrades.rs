//! The decorator that has the next version made before anybody asks for it.
//!
//! Whoever needed a version that had to be made from its repository will mostly want the next one some day, and then waits for it as long
//! as for the first. Made in the background, it is there like any other.

use std::sync::Arc;
use std::time::Duration;

use gomod::{ModulePath, ModuleVersion, Revision, Version, semver};
use tokio::sync::Semaphore;

use crate::{Answer, Ask, Ctx, Failure, Freshness, Kind, Origin, Source, VersionList};

/// How many versions are made at the same time. While that many are, no more are begun: this is never waited for.
const AT_ONCE: usize = 1;

/// How long making one may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// A source whose place `maker` takes long for a version that it was not asked for before.
#[derive(Debug)]
pub struct Upgrades<S> {
    inner: Arc<S>,
    maker: Origin,
    hands: Arc<Semaphore>,
}

impl<S: Source + 'static> Upgrades<S> {
    /// Asks `inner` for the version above each one whose zip `maker` has just made, as far as a hand is free. `inner` must keep what it
    /// gave.
    pub fn new(inner: S, maker: Origin) -> Self {
        Self { inner: Arc::new(inner), maker, hands: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    fn look_ahead(&self, made: ModuleVersion) {
        let Ok(hand) = self.hands.clone().try_acquire_owned() else { return };
        let inner = self.inner.clone();
        tokio::spawn(async move {
            let _hand = hand;
            // Nobody waits for it, and who asks for it later hears what is wrong.
            if let Err(failure) = make_next(&*inner, &made).await {
                tracing::debug!(%made, %failure, "the next version was not made ahead");
            }
        });
    }
}

#[async_trait::async_trait]
impl<S: Source + 'static> Source for Upgrades<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let answer = self.inner.ask(ask, ctx).await?;
        if let Ask::Zip(module) = ask
            && answer.origin == self.maker
            && answer.freshness == Freshness::Live
        {
            self.look_ahead(module.clone());
        }
        Ok(answer)
    }
}

/// Asks for all files of the version above `made`, if there is one.
async fn make_next(source: &dyn Source, made: &ModuleVersion) -> Result<(), Failure> {
    let path = made.path();
    let list = source.ask(&Ask::List(path.clone()), &Ctx::within(PATIENCE)).await?.read(Kind::List).await?;
    let list = VersionList::parse(&String::from_utf8_lossy(&list));
    let Some(next) = list.and_then(|list| above(made, &list)) else { return Ok(()) };
    for ask in files_of(path, next) {
        source.ask(&ask, &Ctx::within(PATIENCE)).await?;
    }
    Ok(())
}

/// The lowest version above this one, of the same kind: whoever uses releases does not go on with what comes before one.
fn above(made: &ModuleVersion, list: &VersionList) -> Option<ModuleVersion> {
    let current = made.version().as_str();
    let is_next = |version: &&Version| {
        semver::compare(version.as_str(), current).is_gt()
            && (semver::prerelease(version.as_str()).is_empty() || !semver::prerelease(current).is_empty())
    };
    let lowest = list.iter().filter(is_next).min_by(|a, b| semver::compare(a.as_str(), b.as_str()))?;
    ModuleVersion::new(made.path().clone(), lowest.clone()).ok()
}

fn files_of(path: &ModulePath, version: ModuleVersion) -> Vec<Ask> {
    let info = Revision::parse(version.version().as_str()).ok();
    let info = info.map(|revision| Ask::Info(path.clone(), revision));
    info.into_iter().chain([Ask::Mod(version.clone()), Ask::Zip(version)]).collect()
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
    use tokio::time::timeout;

    use super::*;
    use crate::Trail;

    /// Answers everything, and tells what it was asked.
    #[derive(Debug)]
    struct Maker(UnboundedSender<String>, Freshness);

    #[async_trait::async_trait]
    impl Source for Maker {
        async fn ask(&self, ask: &Ask, _: &Ctx) -> Result<Answer, Failure> {
            self.0.send(ask.to_string()).unwrap();
            let text =
                if matches!(ask, Ask::List(_)) { "v1.0.0\nv1.2.0-rc.1\nv1.2.0\nv1.10.0\n" } else { "x" };
            let answer = Answer::live(text.into(), Origin::new("maker"), Trail::default());
            Ok(Answer { freshness: self.1, ..answer })
        }
    }

    async fn asked_after(version: &str, freshness: Freshness, maker: &str, count: usize) -> Vec<String> {
        let (sender, mut receiver): (_, UnboundedReceiver<String>) = unbounded_channel();
        let upgrades = Upgrades::new(Maker(sender, freshness), Origin::new(maker));
        let zip = Ask::Zip(ModuleVersion::parse("a.example/m", version).unwrap());
        upgrades.ask(&zip, &Ctx::within(PATIENCE)).await.unwrap();
        drop(upgrades);
        let mut asked = Vec::new();
        while let Ok(Some(ask)) = timeout(Duration::from_secs(30), receiver.recv()).await {
            asked.push(ask);
        }
        assert_eq!(asked.len(), count, "{asked:?}");
        asked
    }

    #[tokio::test]
    async fn the_next_version_is_made_with_all_its_files() {
        let asked = asked_after("v1.0.0", Freshness::Live, "maker", 5).await;
        let next = ["a.example/m@v1.2.0.info", "a.example/m@v1.2.0.mod", "a.example/m@v1.2.0.zip"];
        assert_eq!(asked[2..], next);
        let asked = asked_after("v1.2.0-rc.0", Freshness::Live, "maker", 5).await;
        assert_eq!(asked[4], "a.example/m@v1.2.0-rc.1.zip");
    }

    #[tokio::test]
    async fn nothing_is_made_after_the_newest_nor_after_what_was_kept_or_came_from_elsewhere() {
        asked_after("v1.10.0", Freshness::Live, "maker", 2).await;
        asked_after("v1.0.0", Freshness::Kept(std::time::SystemTime::UNIX_EPOCH), "maker", 1).await;
        asked_after("v1.0.0", Freshness::Live, "somebody else", 1).await;
    }
}

//! The source that sends each question to the database that it is about, and all others on.

use std::sync::Arc;
use std::time::Duration;

use super::database::Database;
use crate::ask::{SumDbAsk, SumDbPath};
use crate::{Answer, Ask, Ctx, Failure, FailureKind, Source};

/// Checksum databases beside a source that answers for modules.
#[derive(Debug)]
pub struct Databases<S> {
    all: Vec<Arc<Database>>,
    modules: S,
    only_while_able: bool,
}

impl<S: Source> Databases<S> {
    /// Questions about one of `databases` are for it, all others for `modules`.
    pub fn new(databases: Vec<Arc<Database>>, modules: S) -> Self {
        Self { all: databases, modules, only_while_able: false }
    }

    /// The same, but a database of which no tree is known, and for which nobody can be asked, is said not to be supported: go asks it
    /// by itself then (protocol.md G9), which may have other ways.
    #[must_use]
    pub fn only_while_able(self) -> Self {
        Self { only_while_able: true, ..self }
    }
}

#[async_trait::async_trait]
impl<S: Source> Source for Databases<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let database = match ask {
            Ask::SumDb(asked) => self.all.iter().find(|database| *database.name() == asked.database),
            _ => None,
        };
        match database {
            Some(database) => {
                if self.only_while_able && is_about_support(ask) {
                    can_answer(database, ctx).await?;
                }
                database.ask(ask, ctx).await
            }
            None => self.modules.ask(ask, ctx).await,
        }
    }
}

fn is_about_support(ask: &Ask) -> bool {
    matches!(ask, Ask::SumDb(SumDbAsk { path: SumDbPath::Supported, .. }))
}

/// What is in a tree that is known can be answered, or was not asked for before; without one somebody must be there who has it.
async fn can_answer(database: &Database, ctx: &Ctx) -> Result<(), Failure> {
    if database.tree_size() > 0 {
        return Ok(());
    }
    let latest = SumDbAsk { database: database.name().clone(), path: SumDbPath::Latest };
    match database.ask(&Ask::SumDb(latest), ctx).await {
        Err(failure) if failure.kind() == FailureKind::Unavailable => {
            let message = format!("nobody can be asked for {}: {}", database.name(), failure.message());
            let none = Failure::not_found(failure.origin(), message, Duration::ZERO);
            Err(none.with_trail(failure.trail().clone()))
        }
        asked => asked.map(drop),
    }
}

//! The source that sends each question to the database that it is about, and all others on.

use std::sync::Arc;

use super::database::Database;
use crate::{Answer, Ask, Ctx, Failure, Source};

/// Checksum databases beside a source that answers for modules.
#[derive(Debug)]
pub struct Databases<S> {
    databases: Vec<Arc<Database>>,
    modules: S,
}

impl<S: Source> Databases<S> {
    /// Questions about one of `databases` are for it, all others for `modules`.
    pub fn new(databases: Vec<Arc<Database>>, modules: S) -> Self {
        Self { databases, modules }
    }
}

#[async_trait::async_trait]
impl<S: Source> Source for Databases<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let database = match ask {
            Ask::SumDb(asked) => self.databases.iter().find(|database| *database.name() == asked.database),
            _ => None,
        };
        match database {
            Some(database) => database.ask(ask, ctx).await,
            None => self.modules.ask(ask, ctx).await,
        }
    }
}

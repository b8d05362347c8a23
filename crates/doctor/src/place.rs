//! A place to examine: where it is, what it is asked, and who we are there.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use gomod::ModuleVersion;
use gomod::gosumdb::SumDb;
use http::HeaderValue;
use rustls::sign::CertifiedKey;
use source::upstream::Authorizer;
use url::Url;

use crate::trust::Trust;

/// One place.
#[derive(Debug, Clone)]
pub struct Place {
    /// What people call it; no credentials are in it.
    pub name: String,
    /// What is there.
    pub kind: Kind,
    /// Who we are there, and whom to trust.
    pub access: Access,
    /// Whether it may hear of private modules. Then nothing is asked there about a module before its certificate is good by this
    /// machine's own clock.
    pub is_private: bool,
    /// Whether it is known to show the whole world a certificate of a public authority.
    pub is_public: bool,
}

/// What a place is, and what it can be asked.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A module proxy.
    Proxy {
        /// Its URL, without credentials.
        url: Url,
        /// A version to ask for, which the place may hear of.
        module: Option<ModuleVersion>,
        /// The checksum database that it may mirror.
        mirror: Option<Database>,
    },
    /// A folder laid out like one.
    Folder {
        /// The folder.
        root: PathBuf,
        /// A version to look for.
        module: Option<ModuleVersion>,
    },
    /// A checksum database at its own host.
    Database {
        /// Its URL.
        url: Url,
        /// The database.
        database: Database,
    },
}

/// A checksum database, and what it is asked.
#[derive(Debug, Clone)]
pub struct Database {
    /// Name and key.
    pub setting: SumDb,
    /// A version to look up, which the database may hear of.
    pub module: Option<ModuleVersion>,
}

impl Kind {
    /// Where to connect to; none for a folder.
    pub fn url(&self) -> Option<&Url> {
        match self {
            Self::Proxy { url, .. } | Self::Database { url, .. } => Some(url),
            Self::Folder { .. } => None,
        }
    }

    /// The database that is asked there, if one is.
    pub fn database(&self) -> Option<&Database> {
        match self {
            Self::Proxy { mirror, .. } => mirror.as_ref(),
            Self::Database { database, .. } => Some(database),
            Self::Folder { .. } => None,
        }
    }

    /// The version that is asked for there.
    pub fn module(&self) -> Option<&ModuleVersion> {
        match self {
            Self::Proxy { module, .. } | Self::Folder { module, .. } => module.as_ref(),
            Self::Database { database, .. } => database.module.as_ref(),
        }
    }
}

/// Who we are at one place, and whom to trust there. It is used with the scheme, host and port of the place alone.
#[derive(Clone)]
pub struct Access {
    /// The value of `Authorization`.
    pub authorization: Option<HeaderValue>,
    /// Whom to ask who we are, where nothing else says it. What they say is sent over https alone.
    pub authorizer: Option<Arc<dyn Authorizer>>,
    /// The certificate that we show when we are asked for one.
    pub identity: Option<Arc<CertifiedKey>>,
    /// Whom to trust.
    pub trust: Trust,
}

impl Access {
    /// Nobody, who trusts those authorities.
    pub fn anonymous(trust: Trust) -> Self {
        Self { authorization: None, authorizer: None, identity: None, trust }
    }
}

impl fmt::Debug for Access {
    /// Shows whether there is something, and nothing of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (authorization, identity) = (self.authorization.is_some(), self.identity.is_some());
        f.debug_struct("Access")
            .field("authorization", &authorization)
            .field("authorizer", &self.authorizer)
            .field("identity", &identity)
            .finish_non_exhaustive()
    }
}

//! The member `direct` of the upstream list: how repositories are found and read here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gomod::repository::Vcs;
use source::upstream::HttpOptions;
use source::{Checked, Spool, Verified};
use vcs::{
    Access, Credential, Direct, Discovery, DiscoveryOptions, Environment, GitCache, GitOptions, GitPing,
    HgCache, HgOptions, OwnGit, Profile, Programs, Repositories, RepositoryRule, Rewrite, SshOptions,
    SvnClient, SvnOptions, Way,
};

use source::chain::Link;

use super::access::Keyring;
use super::databases::Trust;
use super::git_config::GitConfig;
use crate::env::Env;
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::values::RepositoryWay;
use crate::settings::{Settings, table};

/// The variable that tells where the ssh agent is.
const AGENT: &str = "SSH_AUTH_SOCK";

/// Schemes of which only the operator's own tables may make use.
const TRUSTED_SCHEMES: [&str; 3] = ["file", "git", "http"];

/// The same for Subversion, whose client follows a web server to every other address, also to one of this machine.
const TRUSTED_SVN_SCHEMES: [&str; 4] = ["file", "http", "https", "svn"];

/// Finds and reads repositories as the settings say.
pub(crate) fn of(
    settings: &Settings,
    env: &Env,
    keyring: &Keyring<'_>,
    http: HttpOptions,
    spool: Spool,
    profile: Profile,
) -> Result<Direct, Failed> {
    let cache = settings.get(&table::REPOSITORY_CACHE)?;
    let config = matches!(profile, Profile::User).then(|| GitConfig::of_user(env));
    let environment: Environment = env.variables().collect();
    let programs = Programs::new(settings.get(&table::REPOSITORY_PROCESSES)?, environment);
    let options = git_options(settings, env, keyring, &cache, (profile, config.as_ref()))?;
    let own_git = config.map(|config| own_git(config, GitPing::new(options.clone(), programs.clone())));
    let discovery = DiscoveryOptions {
        own_git: own_git.unwrap_or_default(),
        known_hosts: options.access.hosts.clone(),
        ..discovery_options(settings, env, keyring, http, &cache)?
    };
    let discovery = Discovery::new(discovery)
        .map_err(|error| Failed::new(Exit::Unavailable, Problem::from_error(&error)))?;
    let hg = HgCache::new(cache.join("hg"), hg_options(&options), programs.clone());
    let svn = SvnClient::new(cache.join("svn"), svn_options(settings, &options), programs.clone());
    let options = GitOptions { probe: Some(discovery.probe()), ..options };
    let git = GitCache::new(cache.join("git"), options, programs);
    Ok(Direct::new(discovery, Repositories::new(git, hg, svn), spool))
}

/// The user's own git, which finds repositories and rewrites their addresses.
fn own_git(config: GitConfig, ping: GitPing) -> OwnGit {
    let instead_of = config.rewrites.into_iter().map(|rewrite| rewrite.instead_of).collect();
    OwnGit { instead_of, has_proxy: config.has_proxy, ping: Some(Arc::new(ping)) }
}

/// The repositories as the last place of the chain. Private paths may be asked there: their own hosts hear of them and nobody else.
pub(crate) fn link(direct: Direct, spool: Spool, trust: &Trust) -> Link {
    let origin = direct.origin().clone();
    let checked = Checked::new(direct, spool).leaving_flaws_to_a_ledger();
    let place = Arc::new(Verified::new(checked, trust.ledger.clone()));
    let then = gomod::goproxy::Fallback::NotFound;
    Link { place, origin, then, private: true, authoritative: false, stands_in: true, vitals: None }
}

fn discovery_options(
    settings: &Settings,
    env: &Env,
    keyring: &Keyring<'_>,
    http: HttpOptions,
    cache: &Path,
) -> Result<DiscoveryOptions, Failed> {
    let rules = settings.repositories().iter().map(|table| RepositoryRule {
        prefix: table.prefix.clone(),
        vcs: table.vcs,
        url: table.url.clone(),
        subdir: table.subdir.clone(),
    });
    let rewrites = settings
        .rewrites()
        .iter()
        .map(|table| Rewrite { base: table.url.clone(), instead_of: table.instead_of.clone() });
    Ok(DiscoveryOptions {
        repositories: rules.collect(),
        rewrites: rewrites.collect(),
        private: settings.get(&table::GOPRIVATE)?,
        insecure: settings.get(&table::GOINSECURE)?,
        govcs: settings.get(&table::GOVCS)?,
        order: settings.get(&table::REPOSITORY_WAYS)?.into_iter().map(way).collect(),
        ssh_available: env.var(AGENT).is_some() || settings.get(&table::SSH_KEY)?.is_some(),
        lifetime: settings.get(&table::DISCOVERY_FOR)?,
        folder: Some(cache.join("discovery")),
        http,
        netrc: keyring.netrc().clone(),
        ..DiscoveryOptions::default()
    })
}

fn way(way: RepositoryWay) -> Way {
    match way {
        RepositoryWay::Ssh => Way::Ssh,
        RepositoryWay::Https => Way::Https,
    }
}

fn git_options(
    settings: &Settings,
    env: &Env,
    keyring: &Keyring<'_>,
    cache: &Path,
    (profile, config): (Profile, Option<&GitConfig>),
) -> Result<GitOptions, Failed> {
    let credentials = keyring.git_credentials(settings)?.into_iter().map(|known| Credential {
        host: known.host,
        user: known.user,
        secret: known.password,
    });
    let ssh = SshOptions {
        key_file: settings.get(&table::SSH_KEY)?,
        known_hosts_file: settings.get(&table::SSH_KNOWN_HOSTS)?,
        with_agent: env.var(AGENT).is_some(),
        is_configured: config.is_some_and(|config| config.has_ssh_command),
    };
    let access = Access {
        profile,
        extra_protocols: extra_protocols(settings, config)?,
        ssh,
        ca_file: authorities(settings, keyring, cache)?,
        credentials: credentials.collect(),
        ..Access::default()
    };
    Ok(GitOptions {
        access,
        repository_bytes_max: settings.get(&table::REPOSITORY_MAX_SIZE)?,
        cache_bytes_max: settings.get(&table::REPOSITORY_CACHE_SIZE)?,
        fetch_time_max: settings.get(&table::REPOSITORY_TIMEOUT)?,
        tags_ahead: settings.get(&table::REPOSITORY_TAGS_AHEAD)?,
        ..GitOptions::default()
    })
}

/// Reached as git is, but for git's own configuration.
fn hg_options(git: &GitOptions) -> HgOptions {
    HgOptions {
        access: without_git_settings(git),
        repository_bytes_max: git.repository_bytes_max,
        cache_bytes_max: git.cache_bytes_max,
        fetch_time_max: git.fetch_time_max,
        ..HgOptions::default()
    }
}

fn svn_options(settings: &Settings, git: &GitOptions) -> SvnOptions {
    SvnOptions {
        access: Access { extra_protocols: svn_protocols(settings), ..without_git_settings(git) },
        export_bytes_max: git.repository_bytes_max,
        call_time_max: git.fetch_time_max,
        ..SvnOptions::default()
    }
}

/// The file of settings is git's alone.
fn without_git_settings(git: &GitOptions) -> Access {
    let profile = match git.access.profile {
        Profile::Server { .. } => Profile::Server { config: None },
        Profile::User => Profile::User,
    };
    Access { profile, ..git.access.clone() }
}

/// Discovery lets no stranger use these schemes; so they are needed for what the operator has written down alone.
fn extra_protocols(settings: &Settings, config: Option<&GitConfig>) -> Result<Vec<String>, Failed> {
    let insecure = !settings.get(&table::GOINSECURE)?.is_empty();
    let rewrites = config.map(|config| config.rewrites.as_slice()).unwrap_or_default();
    let written = settings.repositories().iter().map(|table| table.url.as_str());
    let written = written.chain(settings.rewrites().iter().map(|table| table.url.as_str()));
    let written: Vec<&str> = written.chain(rewrites.iter().map(|rewrite| rewrite.base.as_str())).collect();
    let used = |scheme: &str| {
        (insecure && scheme != "file") || written.iter().any(|url| url.split("://").next() == Some(scheme))
    };
    Ok(TRUSTED_SCHEMES.into_iter().filter(|scheme| used(scheme)).map(str::to_owned).collect())
}

/// Only what the operator has written down for Subversion.
fn svn_protocols(settings: &Settings) -> Vec<String> {
    let written = settings.repositories().iter().filter(|table| table.vcs == Vcs::Subversion);
    let written: Vec<_> = written.filter_map(|table| table.url.split("://").next()).collect();
    TRUSTED_SVN_SCHEMES.into_iter().filter(|scheme| written.contains(scheme)).map(str::to_owned).collect()
}

/// Where Linux distributions keep the authorities that the system trusts.
const SYSTEM_AUTHORITIES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// git takes one file of authorities: the system's and the operator's together. None, when the system's are enough.
fn authorities(settings: &Settings, keyring: &Keyring<'_>, cache: &Path) -> Result<Option<PathBuf>, Failed> {
    let Some(own) = settings.get(&table::CA_FILE)? else { return Ok(None) };
    let mut bundle = keyring.read(&own)?;
    bundle.push(b'\n');
    let system = SYSTEM_AUTHORITIES.iter().find_map(|path| keyring.read(Path::new(path)).ok());
    bundle.extend(system.unwrap_or_default());
    let path = cache.join("authorities.pem");
    let written = std::fs::create_dir_all(cache).and_then(|()| std::fs::write(&path, bundle));
    match written {
        Ok(()) => Ok(Some(path)),
        Err(error) => {
            let problem = Problem::new(format!("cannot write {}", path.display())).because(error.to_string());
            let advice = "choose another folder with --repository-cache, or make this one writable";
            Err(Failed::new(Exit::Unavailable, problem.advise(advice)))
        }
    }
}

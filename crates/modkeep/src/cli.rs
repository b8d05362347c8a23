//! The command line: which commands there are, and how a wrong line is told.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::commands::{
    agent, bundle, completions, config, doctor, drill, go, import, init, lock, man, serve, static_build,
    store, trace, vendor, version,
};
use crate::exit::Exit;

/// Keeps Go builds alive when module proxies fail.
#[derive(Debug, Parser)]
#[command(name = "modkeep", version, about, after_long_help = Exit::table(), arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands, in the order in which help shows them.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prepare a project, new or existing, for all fallbacks.
    ///
    /// Writes a go.mod if there is none, modkeep.toml, .gitattributes and a job for your CI, says why, and what to commit. Files that
    /// are there are not overwritten. It needs no network, and run again it finds nothing to do.
    Init(init::InitArgs),
    /// Run go so that its build survives its proxies.
    ///
    /// Everything behind `go` is for the go command, whose exit code, input and output are its own. What go wants to download
    /// comes from the proxies of GOPROXY, and when they fail from module caches on this machine, from repositories and from
    /// bundles: verified, and told in one line. When nothing helps and the network is to blame, the exit code is 75.
    Go(go::GoArgs),
    /// Run a command that runs go, such as make, with the same ladder under it.
    Exec(go::ExecArgs),
    /// Keep the same ladder running in the background, for gopls, IDEs and plain go.
    ///
    /// go asks it first with the GOPROXY that `modkeep agent env` prints. When it does not run, go works as without it.
    Agent(agent::AgentArgs),
    /// Run go as `modkeep go` does, and show every request of it: who answered, from where, and how long it took.
    ///
    /// When go has ended, a picture of its requests is printed to stderr, with sums by place and what went wrong with whom. The
    /// exit code, input and output are those of `modkeep go`.
    Trace(trace::TraceArgs),
    /// Try how the project's download fares under each fault of a proxy: plain go beside modkeep.
    ///
    /// Your own proxies are asked once. What they gave is then downloaded again and again, each time through a proxy that is broken
    /// in one way and stands before a good one, into empty caches, by plain go and by `modkeep go`. The project is only read.
    Drill(drill::DrillArgs),
    /// Build from go.mod, go.sum and vendor/ alone, without any network, and prove it.
    ///
    /// Checks that go.mod is tidy, go.sum complete, and vendor/ consistent and whole. Then runs go with GOPROXY=off, GOSUMDB=off,
    /// GOTOOLCHAIN=local, -mod=vendor and an empty module cache, where only loopback is up if the system allows that.
    Static(static_build::StaticArgs),
    /// Say what is wrong with the proxies and the checksum database, from this machine, now.
    ///
    /// Looks at each place of GOPROXY and at the checksum database step by step: name, connection, certificate, answers and their hashes,
    /// the clock; and at the caches and locks of this machine and project. Says for each finding how it is known and what to do; changes
    /// nothing. Ends with 0 when all is well, 1 when there are warnings, 2 when something is broken.
    Doctor(doctor::DoctorArgs),
    /// Write modkeep.lock: which commit of which repository each module in go.sum was built from.
    ///
    /// Builds from repositories are held to it: a moved tag or a rewritten history is refused, and a deleted tag stops no build. Each
    /// repository is read, and the zip made of the commit must have the hash in go.sum. What the lock has already is not asked again.
    Lock(lock::LockArgs),
    /// Run the private GOPROXY server.
    ///
    /// Listens on 127.0.0.1:3000, keeps what it serves, and needs nothing else. Point go at it with
    /// GOPROXY=http://127.0.0.1:3000.
    Serve(serve::ServeArgs),
    /// Fill the store from a module cache, a file tree, an Athens store or a running proxy.
    ///
    /// Everything is checked on its way in. Run it again to go on after it was stopped: what is kept is not read again.
    Import(import::ImportArgs),
    /// Look into the data folder, verify it, and remove things from it.
    Store(store::StoreArgs),
    /// Make and use signed bundles of what builds need, for when nothing else answers.
    Bundle(bundle::BundleArgs),
    /// Hold the vendor folder to a list of hashes, and put it back from a signed snapshot.
    ///
    /// vendor/.checksums has the hash of every file. vendor.offline/ is a signed copy, and vendor.bak/ the one before. They hold a
    /// go.mod of their own, so that go does not look into them. Commit all three with vendor/, or the copies alone.
    Vendor(vendor::VendorArgs),
    /// Show, check or describe the settings.
    Config(config::ConfigArgs),
    /// Print version, commit and target.
    Version,
    /// Print a completion script for a shell.
    Completions(completions::CompletionsArgs),
    /// Print a man page.
    Man(man::ManArgs),
}

/// The command line as clap sees it, for completions and man pages.
pub fn command() -> clap::Command {
    Cli::command()
}

/// A line that runs no command: what to print instead, where, and the exit code.
#[derive(Debug, PartialEq, Eq)]
pub struct Instead {
    /// What to print.
    pub text: String,
    /// [`Exit::Ok`] for help and version, which go to stdout; [`Exit::Usage`] for mistakes, which go to stderr.
    pub exit: Exit,
}

/// Reads the command line, the program's name first.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, Instead> {
    Cli::try_parse_from(args).map_err(|error| match error.kind() {
        ErrorKind::DisplayVersion => Instead { text: format!("{}\n", version::line()), exit: Exit::Ok },
        ErrorKind::DisplayHelp => Instead { text: error.render().to_string(), exit: Exit::Ok },
        _ => Instead { text: error.render().to_string(), exit: Exit::Usage },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::serve::ServeArgs;
    use crate::commands::store::{StoreArgs, StoreCommand};
    use clap::{Args, FromArgMatches};

    /// What the arguments of a command that stands alone come to.
    fn alone<A: Args + FromArgMatches>(args: &[&str]) -> Result<A, clap::Error> {
        let command = A::augment_args(clap::Command::new("t"));
        A::from_arg_matches(&command.try_get_matches_from([&["t"], args].concat())?)
    }

    #[test]
    fn clap_finds_no_contradiction() {
        command().debug_assert();
    }

    #[test]
    fn serve_takes_every_setting() {
        let args: ServeArgs = alone(&["--listen", "127.0.0.1:0", "--log=debug", "--config", "f"]).unwrap();
        assert_eq!(args.flags.given.values.len(), 2);
        assert!(alone::<ServeArgs>(&["extra"]).is_err());
    }

    #[test]
    fn store_ls_takes_a_pattern() {
        let args = alone::<StoreArgs>(&["ls", "x.example/*", "--json", "--data", "/d"]).unwrap();
        let StoreCommand::Ls(args) = args.command else { panic!("it is ls") };
        assert_eq!((args.pattern.as_deref(), args.json), (Some("x.example/*"), true));
        assert_eq!(args.flags.given.values["data"], "/d");
        assert!(alone::<StoreArgs>(&["ls", "--listen", "x"]).is_err());
    }

    #[test]
    fn a_wrong_line_is_a_usage_error() {
        for args in
            [vec!["modkeep"], vec!["modkeep", "confg"], vec!["modkeep", "config", "show", "--lsten", "x"]]
        {
            assert_eq!(parse(args.iter().map(OsString::from)).unwrap_err().exit, Exit::Usage, "{args:?}");
        }
    }
}

//! How each side is started: the settings that its own manual gives for such a job, nothing that would slow it down.

mod nginx;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cpus::Cpus;
use crate::server::{Server, free_address};

pub(crate) use nginx::Sendfile;

/// Where a server runs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// On the server's processor alone.
    Held(Cpus),
    /// Wherever the system puts it.
    Free,
}

impl Place {
    fn command(self, program: &Path) -> Command {
        match self {
            Self::Held(cpus) => cpus.on_server(program),
            Self::Free => Command::new(program),
        }
    }
}

/// What every server needs to know.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// Where it runs.
    pub(crate) place: Place,
    /// The folder that it serves.
    pub(crate) data: PathBuf,
    /// A folder for its log, its settings and whatever else it writes.
    pub(crate) scratch: PathBuf,
    /// The proxy that it asks.
    pub(crate) upstream: String,
}

impl Setup {
    fn start(&self, command: Command, address: SocketAddr) -> Server {
        Server::start(command, address, &self.scratch.join("log"))
    }

    /// `program` with nothing of the user's environment but PATH, in the scratch folder.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = self.place.command(program);
        command.current_dir(&self.scratch).env_clear().env("HOME", &self.scratch);
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command
    }

    /// modkeep with its access log, as JSON, in a file. Like its peers here it knows no checksum database.
    pub(crate) fn modkeep(&self, program: &Path) -> Server {
        self.modkeep_with(program, &["--gosumdb", "off"])
    }

    /// The same with these flags.
    pub(crate) fn modkeep_with(&self, program: &Path, flags: &[&str]) -> Server {
        let address = free_address();
        let mut command = self.command(program);
        command.args(["serve", "--log", "info", "--listen", &address.to_string()]);
        command.args(["--upstream", &self.upstream]).arg("--data").arg(&self.data).args(flags);
        self.start(command, address)
    }

    /// nginx as a server of static files, in the folder of another side.
    pub(crate) fn nginx(&self, program: &Path, sendfile: Sendfile) -> Server {
        let address = free_address();
        let settings = nginx::write_settings(self, address, sendfile);
        let mut command = self.command(program);
        command.arg("-p").arg(&self.scratch).arg("-c").arg(settings);
        self.start(command, address)
    }

    /// goproxy with its cache on disk.
    pub(crate) fn goproxy(&self, program: &Path, go: &Path) -> Server {
        let address = free_address();
        let mut command = self.command(program);
        command.env("GOPROXY", &self.upstream).env("GOSUMDB", "off");
        command.args(["server", "--address", &address.to_string()]).arg("--go-bin").arg(go);
        command.arg("--cacher-dir").arg(&self.data).arg("--temp-dir").arg(&self.scratch);
        self.start(command, address)
    }

    /// Athens with its storage on disk, its log at the level `info`.
    pub(crate) fn athens(&self, program: &Path, go: &Path) -> Server {
        let address = free_address();
        let mut command = self.command(program);
        let for_go = format!("GOPROXY={};GOSUMDB=off;GOFLAGS=-modcacherw;GOTOOLCHAIN=local", self.upstream);
        command.env("ATHENS_PORT", address.to_string()).env("ATHENS_STORAGE_TYPE", "disk");
        command.env("ATHENS_DISK_STORAGE_ROOT", &self.data).env("ATHENS_GOGET_DIR", &self.scratch);
        command.env("ATHENS_LOG_LEVEL", "info").env("ATHENS_GO_BINARY_ENV_VARS", for_go);
        command.env("GO_BINARY_PATH", go).env("GO_ENV", "production").env("TMPDIR", &self.scratch);
        self.start(command, address)
    }
}

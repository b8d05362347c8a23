//! Programs in Go, built from a pinned version by the go that is there.
//!
//! Not by `go install MODULE@VERSION`, which looks through the list of all versions for a note of withdrawal, so that a
//! proxy without lists fails it; a module that requires the one version needs no list. go's checksum database vouches
//! for what is fetched, as for everything that go fetches.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context as _, Failure};
use crate::run;

/// A program to build.
pub(crate) struct GoProgram {
    /// What its file is called here.
    name: &'static str,
    module: &'static str,
    /// The version of the module.
    pub(crate) version: &'static str,
    /// The folder of its package in the module.
    package: &'static str,
}

/// A module proxy.
pub(crate) const GOPROXY: GoProgram = GoProgram {
    name: "goproxy",
    module: "github.com/goproxy/goproxy",
    version: "v0.26.1",
    package: "cmd/goproxy",
};

/// A module proxy.
pub(crate) const ATHENS: GoProgram = GoProgram {
    name: "athens",
    module: "github.com/gomods/athens",
    version: "v0.18.0",
    package: "cmd/proxy",
};

impl GoProgram {
    /// The path of the program below `tools`, built unless that was done before.
    pub(crate) fn find_or_build(&self, tools: &Path, go: &Path) -> Result<PathBuf, Failure> {
        let folder = tools.join(format!("{}-{}", self.name, self.version));
        let program = folder.join(self.name);
        if !program.is_file() {
            fs::create_dir_all(&folder).cannot(format_args!("make {}", folder.display()))?;
            fs::write(folder.join("go.mod"), self.go_mod()).cannot("write a go.mod")?;
            run::run(&mut self.build(&folder, go))?;
        }
        Ok(program)
    }

    /// go writes its output at once and whole, so a build that is stopped leaves no program behind.
    fn build(&self, folder: &Path, go: &Path) -> Command {
        let mut build = Command::new(go);
        build.current_dir(folder).env("GOWORK", "off").env("CGO_ENABLED", "0");
        build.args(["build", "-mod=mod", "-trimpath", "-o", self.name]);
        build.arg(format!("{}/{}", self.module, self.package));
        build
    }

    fn go_mod(&self) -> String {
        format!("module peer\n\ngo 1.25\n\nrequire {} {}\n", self.module, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_version_is_required_and_its_package_built() {
        assert!(GOPROXY.go_mod().ends_with("\nrequire github.com/goproxy/goproxy v0.26.1\n"));
        let build = ATHENS.build(Path::new("."), Path::new("go"));
        assert_eq!(build.get_args().last(), Some("github.com/gomods/athens/cmd/proxy".as_ref()));
    }

    #[test]
    fn a_program_that_is_there_is_not_built_again() {
        let tools = tempfile::tempdir().unwrap();
        let program = tools.path().join("goproxy-v0.26.1/goproxy");
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        fs::write(&program, "").unwrap();
        let found = GOPROXY.find_or_build(tools.path(), Path::new("no-such-go"));
        assert_eq!(found.unwrap(), program);
    }
}

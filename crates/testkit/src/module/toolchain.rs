//! A distribution of go as a module (protocol.md H5).

use super::Module;

impl Module {
    /// The least that go switches to on this machine, as `release`, such as `go1.99.0`: a script in the place of go that says this line,
    /// whatever it is asked.
    ///
    /// ```
    /// let toolchain = testkit::Module::toolchain("go1.99.0", "another go");
    /// assert!(toolchain.version().starts_with("v0.0.1-go1.99.0."));
    /// ```
    pub fn toolchain(release: &str, says: &str) -> Self {
        let (system, machine) = machine();
        let script = format!("#!/bin/sh\necho \"{says}\"\n");
        Self::new("golang.org/toolchain", format!("v0.0.1-{release}.{system}-{machine}"))
            .file("bin/go", script.clone())
            .file("bin/gofmt", script.clone())
            .file("lib/time/zoneinfo.zip", "")
            .file(format!("pkg/tool/{system}_{machine}/compile"), script)
            .file("src/_go.mod", "module std\n")
            .unlisted()
    }
}

/// GOOS and GOARCH of this machine.
fn machine() -> (&'static str, &'static str) {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        same => same,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        same => same,
    };
    (system, machine)
}

//! One call of a program: what it is told, what it sees, and how much it may say.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::process::{Command, Stdio};

use bytes::Bytes;

use super::Environment;

/// What a program may write to its standard output unless the call says otherwise.
const STDOUT_BYTES_MAX: u64 = 16 << 20;

/// A program with its arguments, its environment and its limits. Nothing runs before it is given to
/// [`Programs`](super::Programs).
#[derive(Debug)]
pub(crate) struct Call {
    program: &'static str,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    inherits: Inherited,
    stdout: Option<File>,
    pub(super) stdin: Option<Bytes>,
    pub(super) stdout_bytes_max: u64,
}

/// Which variables of our own process the child sees.
#[derive(Debug)]
enum Inherited {
    /// The fixed list and these.
    Named(Vec<&'static str>),
    /// All but these.
    AllBut(&'static [&'static str]),
}

impl Call {
    /// A call of a program that is found along `PATH`, with no arguments and nothing to read.
    pub(crate) fn new(program: &'static str) -> Self {
        Self {
            program,
            args: Vec::new(),
            env: Vec::new(),
            inherits: Inherited::Named(Vec::new()),
            stdout: None,
            stdin: None,
            stdout_bytes_max: STDOUT_BYTES_MAX,
        }
    }

    /// The name of the program.
    pub(crate) fn program(&self) -> &'static str {
        self.program
    }

    /// One more argument. Other users of the machine can see it: no secrets.
    pub(crate) fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// More arguments. Other users of the machine can see them: no secrets.
    pub(crate) fn args<T: Into<OsString>>(mut self, args: impl IntoIterator<Item = T>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// A variable for this child. It wins over what is inherited.
    pub(crate) fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Lets the child see one more variable of our own process, if it is set.
    pub(crate) fn inherit(mut self, name: &'static str) -> Self {
        if let Inherited::Named(names) = &mut self.inherits {
            names.push(name);
        }
        self
    }

    /// Lets the child see all variables of our own process but these: for programs that the user set up.
    pub(crate) fn inherit_all_but(mut self, names: &'static [&'static str]) -> Self {
        self.inherits = Inherited::AllBut(names);
        self
    }

    /// What it reads from its standard input.
    pub(crate) fn stdin(mut self, bytes: impl Into<Bytes>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Its standard output goes to this file. The child holds the file open, and with it a lock on the file, for as long as it
    /// runs, even when our own process is killed.
    pub(crate) fn stdout_to(mut self, file: File) -> Self {
        self.stdout = Some(file);
        self
    }

    /// How many bytes it may write to its standard output. One more ends it.
    pub(crate) fn stdout_bytes_max(mut self, bytes: u64) -> Self {
        self.stdout_bytes_max = bytes;
        self
    }

    /// The command as the standard library starts it.
    pub(super) fn command(&mut self, environment: &Environment) -> Command {
        let mut command = Command::new(self.program);
        command.args(&self.args).env_clear().envs(self.inherited(environment));
        // Messages are read by us: in one language.
        command.env("LANG", "C").env("LC_ALL", "C");
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(self.stdout.take().map_or_else(Stdio::piped, Stdio::from)).stderr(Stdio::piped());
        command
    }

    fn inherited<'a>(&'a self, environment: &'a Environment) -> Vec<(&'a OsStr, &'a OsStr)> {
        match &self.inherits {
            Inherited::AllBut(hidden) => {
                environment.all().filter(|(name, _)| !hidden.iter().any(|hidden| name == hidden)).collect()
            }
            Inherited::Named(names) => {
                let more = names.iter().filter_map(|name| Some((OsStr::new(*name), environment.get(name)?)));
                environment.passed().chain(more).collect()
            }
        }
    }
}

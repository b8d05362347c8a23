//! The system calls of a process and its threads, as `strace -f -xx` writes them down.

/// One call that has returned, or one half of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// Its name, such as `openat`.
    pub(crate) name: String,
    /// What it was given, in order.
    pub(crate) args: Vec<Arg>,
    /// What it returned; `None` when it failed, or when this is its beginning.
    pub(crate) result: Option<i64>,
    /// Which part of the call this is.
    pub(crate) part: Part,
}

/// Another thread's call may lie between the beginning of a call and its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// It begins; nothing is known of its end.
    Begin,
    /// It has ended, and its beginning was told before.
    End,
}

/// An argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arg {
    /// A path, or what is written.
    Bytes(Vec<u8>),
    /// Anything else, as it stands there.
    Word(String),
}

/// Each call of a recording as its beginning and its end, in the order in which they were seen.
pub(crate) fn parse(recording: &str) -> Vec<Call> {
    let mut unfinished: Vec<(String, String)> = Vec::new();
    let mut calls = Vec::new();
    for line in recording.lines() {
        let (thread, rest) = line.split_once(' ').expect("a line begins with a thread's number");
        let rest = rest.trim_start();
        if let Some(begun) = rest.strip_suffix(" <unfinished ...>") {
            calls.extend(begin(begun));
            unfinished.push((thread.to_owned(), begun.to_owned()));
        } else if let Some(resumed) = rest.strip_prefix("<... ") {
            let at = unfinished.iter().position(|(of, _)| of == thread).expect("it has begun");
            let (_, begun) = unfinished.swap_remove(at);
            let (_, end) = resumed.split_once(" resumed>").expect("the end of a call");
            calls.extend(end_of(&format!("{begun}{end}")));
        } else {
            calls.extend(begin(rest));
            calls.extend(end_of(rest));
        }
    }
    calls
}

fn begin(text: &str) -> Option<Call> {
    let (name, args) = text.split_once('(')?;
    let args = args.rsplit_once(") ").map_or(args, |(args, _)| args);
    Some(Call { name: name.to_owned(), args: split(args), result: None, part: Part::Begin })
}

/// Signals and ends of threads are no calls.
fn end_of(text: &str) -> Option<Call> {
    let (_, result) = text.rsplit_once(" = ")?;
    let number = result.split(' ').next()?;
    let hex = number.strip_prefix("0x").map(|hex| i64::from_str_radix(hex, 16));
    let result = hex.unwrap_or_else(|| number.parse()).ok().filter(|number| *number >= 0);
    Some(Call { result, part: Part::End, ..begin(text)? })
}

fn split(args: &str) -> Vec<Arg> {
    let words = args.split(", ").map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| quoted(word).map_or_else(|| Arg::Word(word.to_owned()), Arg::Bytes)).collect()
}

/// The bytes of `"\x2f\x61"`. A string that was cut short ends in dots, and would be a wrong content.
fn quoted(word: &str) -> Option<Vec<u8>> {
    let hex = word.strip_prefix('"')?.strip_suffix('"').expect("no string is cut short");
    let byte = |digits: &str| u8::from_str_radix(digits, 16).expect("two digits");
    Some(hex.split("\\x").skip(1).map(byte).collect())
}

#[test]
fn calls_are_read_from_a_recording() {
    let recording = "7  openat(AT_FDCWD, \"\\x2f\\x61\", O_RDONLY) = 3\n\
                     8  fsync(3 <unfinished ...>\n\
                     7  mkdir(\"\\x2f\", 0777)       = -1 EEXIST (File exists)\n\
                     8  <... fsync resumed>)  = 0\n7  +++ exited with 0 +++\n";
    let calls: Vec<_> =
        parse(recording).into_iter().map(|call| (call.name, call.part, call.result)).collect();
    let call = |name: &str, part, result| (name.to_owned(), part, result);
    let expected = [
        call("openat", Part::Begin, None),
        call("openat", Part::End, Some(3)),
        call("fsync", Part::Begin, None),
        call("mkdir", Part::Begin, None),
        call("mkdir", Part::End, None),
        call("fsync", Part::End, Some(0)),
    ];
    assert_eq!(calls, expected);
    let path = Arg::Bytes(b"/a".to_vec());
    assert_eq!(parse(recording)[1].args, [Arg::Word("AT_FDCWD".into()), path, Arg::Word("O_RDONLY".into())]);
}

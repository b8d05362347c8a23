//! What svn tells as XML. It is read by svn's own pattern: texts from a repository are escaped in it, so that none can look
//! like a mark.

use gomod::pseudo::PseudoTime;

/// What one revision is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Logged {
    pub(super) revision: u64,
    /// Seconds since 1970, and nanoseconds beyond.
    pub(super) time: (i64, u32),
}

/// An entry of a folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) is_file: bool,
    /// The revision in which it was changed last.
    pub(super) revision: u64,
}

/// Whether `svn log --xml` has nothing to tell.
pub(super) fn is_empty_log(xml: &str) -> bool {
    xml.contains("<log>") && !xml.contains("<logentry")
}

/// Reads `svn log --xml` of one revision. `None` for something else.
pub(super) fn logged(xml: &str) -> Option<Logged> {
    let (_, entry) = xml.split_once("<logentry")?;
    let revision = between(entry, "revision=\"", "\"")?.parse().ok()?;
    Some(Logged { revision, time: time(between(entry, "<date>", "</date>")?)? })
}

/// Reads `svn list --xml`. `None` for something else.
pub(super) fn listed(xml: &str) -> Option<Vec<Entry>> {
    let (_, entries) = xml.split_once("<list")?;
    entries.split("<entry").skip(1).map(entry).collect()
}

fn entry(xml: &str) -> Option<Entry> {
    let (path, revision) = (between(xml, "<name>", "</name>")?, between(xml, "revision=\"", "\"")?);
    Some(Entry {
        path: unescaped(path),
        is_file: between(xml, "kind=\"", "\"")? == "file",
        revision: revision.parse().ok()?,
    })
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(inner, _)| inner)
}

/// A text without the escapes that svn makes.
fn unescaped(text: &str) -> String {
    let known = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    known.iter().fold(text.to_owned(), |text, (escape, sign)| text.replace(escape, sign))
}

/// Reads `2024-01-01T00:03:00.000000Z`.
fn time(text: &str) -> Option<(i64, u32)> {
    let (seconds, fraction) =
        text.strip_suffix('Z')?.split_once('.').unwrap_or((text.strip_suffix('Z')?, ""));
    let is_fraction = fraction.len() <= 9 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let nanos = format!("{fraction:0<9}").parse().ok().filter(|_| is_fraction)?;
    let digits: String = seconds.chars().filter(char::is_ascii_digit).collect();
    let is_full = seconds.len() == "2024-01-01T00:03:00".len();
    let time: PseudoTime = digits.parse().ok().filter(|_| is_full)?;
    Some((time.unix(), nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_has_a_number_and_a_time() {
        let log = |date: &str| {
            format!(
                "<?xml version=\"1.0\"?>\n<log>\n<logentry\n   revision=\"7\">\n<author>a &lt;date&gt;</author>\n{date}</logentry>\n</log>\n"
            )
        };
        let seconds = 1_704_067_380;
        for (date, expected) in [
            ("<date>2024-01-01T00:03:00.000000Z</date>\n", Some((seconds, 0))),
            ("<date>2024-01-01T00:03:00.120300Z</date>\n", Some((seconds, 120_300_000))),
            ("<date>2024-01-01T00:03:00Z</date>\n", Some((seconds, 0))),
            ("<date>2024-01-01</date>\n", None),
            ("<date>2024-99-01T00:03:00Z</date>\n", None),
            ("<date>2024-01-01T00:03:00.x00000Z</date>\n", None),
            ("", None),
        ] {
            assert_eq!(logged(&log(date)), expected.map(|time| Logged { revision: 7, time }), "{date}");
        }
        let (empty, other) = ("<?xml version=\"1.0\"?>\n<log>\n</log>\n", "svn says something else");
        assert!(is_empty_log(empty) && !is_empty_log(other) && !is_empty_log(&log("")));
        assert_eq!((logged(empty), logged(other)), (None, None));
    }

    #[test]
    fn entries_have_their_own_names() {
        let xml = "<lists>\n<list\n   path=\"svn://h/r\">\n\
            <entry\n   kind=\"file\">\n<name>a&amp;amp;b &lt;entry.go</name>\n<size>3</size>\n<commit\n   revision=\"2\">\n\
            <author>x</author>\n</commit>\n</entry>\n\
            <entry\n   kind=\"dir\">\n<name>sub</name>\n<commit\n   revision=\"1\">\n</commit>\n</entry>\n</list>\n</lists>\n";
        let entry = |path: &str, is_file, revision| Entry { path: path.to_owned(), is_file, revision };
        assert_eq!(listed(xml), Some(vec![entry("a&amp;b <entry.go", true, 2), entry("sub", false, 1)]));
        assert_eq!(listed("<lists>\n<list\n   path=\"x\">\n</list>\n</lists>\n"), Some(Vec::new()));
        assert_eq!(listed("svn says something else"), None);
    }
}

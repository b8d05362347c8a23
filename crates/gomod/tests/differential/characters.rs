//! The character tables: which characters may stand in the name of a file, and which in a word of go.mod.
//!
//! Both come from Unicode, whose tables differ from release to release. A character that neither table knows is no
//! difference worth having, so the random inputs keep to old characters and this test looks at every single one.

use gomod::modfile::GoMod;
use gomod::path::check_file_path;

use crate::oracle::Oracle;
use crate::question::{Args, Question};

/// What the Go in use says of every character.
struct GoTables {
    letters: Vec<char>,
    printable: Vec<char>,
    assigned: Vec<char>,
}

fn go_tables() -> GoTables {
    let question = Question { function: "characters", args: Args(Vec::new()) };
    let answer = Oracle::start().ask(&[question]).remove(0).expect("a plain question");
    let texts: Vec<Vec<char>> = answer
        .as_array()
        .expect("a list")
        .iter()
        .skip(1)
        .map(|text| text.as_str().unwrap_or_default().chars().collect())
        .collect();
    let [letters, others, unprintable] = <[_; 3]>::try_from(texts).expect("three tables");
    let mut printable = [letters.clone(), others].concat();
    printable.sort_unstable();
    let mut assigned = [printable.clone(), unprintable].concat();
    assigned.sort_unstable();
    GoTables { letters, printable, assigned }
}

/// Our tables are those of Unicode 17, which go has from 1.27 on. An older go knows fewer characters; where it knows one,
/// both must agree.
#[test]
fn tables_differ_only_where_go_knows_no_character() {
    let go = go_tables();
    for c in '\u{80}'..=char::MAX {
        let ours = [may_be_in_file_name(c), may_be_in_word(c)];
        let theirs = [go.letters.binary_search(&c).is_ok(), go.printable.binary_search(&c).is_ok()];
        let known = go.assigned.binary_search(&c).is_ok();
        assert!(
            ours == theirs || !known,
            "{c:?}: in file names and in words we say {ours:?}, go says {theirs:?}"
        );
    }
}

fn may_be_in_file_name(c: char) -> bool {
    check_file_path(c.encode_utf8(&mut [0; 4])).is_ok()
}

fn may_be_in_word(c: char) -> bool {
    GoMod::parse(format!("tool {c}").as_bytes()).is_ok()
}

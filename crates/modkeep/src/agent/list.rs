//! The user's GOPROXY list without the agent itself.
//!
//! `modkeep agent env` puts the agent in front of the list, and whatever is started in that shell inherits it: the agent too, when it
//! is started again. Asked as a place of its own ladder, it would ask itself for ever.

use url::Url;

use super::home::Home;
use crate::env::Env;
use crate::settings::{Settings, table};

/// What separates the members of a list.
const SEPARATORS: [char; 2] = [',', '|'];

/// The list without the members that lead to the agent with this word, on whatever port: nobody else has the word.
pub fn without(list: &str, word: &str) -> String {
    let others: String = list.split_inclusive(SEPARATORS).filter(|member| !is_agent(member, word)).collect();
    others.trim_end_matches(SEPARATORS).to_owned()
}

/// Whether a member of the list leads to the agent with this word.
pub fn names(list: &str, word: &str) -> bool {
    list.split_inclusive(SEPARATORS).any(|member| is_agent(member, word))
}

/// The settings without the user's agent among the places that are asked. A list that holds nobody else stays as it is: it was
/// meant so.
pub fn stripped(settings: Settings, env: &Env) -> Settings {
    // A word that cannot be read is told by whoever needs it.
    let word = Home::of(env).ok().and_then(|home| home.known_word().ok().flatten());
    let Some(word) = word else { return settings };
    let others = settings.value(&table::UPSTREAM).map(|value| without(&value.text, &word));
    match others {
        Ok(others) if !others.is_empty() => settings.with_text(&table::UPSTREAM, others),
        _ => settings,
    }
}

fn is_agent(member: &str, word: &str) -> bool {
    let url = Url::parse(member.trim_end_matches(SEPARATORS).trim());
    url.is_ok_and(|url| url.path().trim_matches('/') == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORD: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn the_agent_is_taken_out_wherever_it_stands_and_nobody_else_is() {
        let agent = format!("http://127.0.0.1:17663/{WORD}");
        let old = format!("http://127.0.0.1:1/{WORD}/");
        for (list, others) in [
            (format!("{agent}|https://a.example,direct"), "https://a.example,direct"),
            (format!("{agent}|{old}|https://a.example|direct"), "https://a.example|direct"),
            (format!("https://a.example, {agent} | direct"), "https://a.example, direct"),
            (format!("off|{agent}"), "off"),
            (agent.clone(), ""),
            (
                "https://u:p@a.example/x,b.example|direct".to_owned(),
                "https://u:p@a.example/x,b.example|direct",
            ),
            ("http://127.0.0.1:17663,direct".to_owned(), "http://127.0.0.1:17663,direct"),
        ] {
            let found = without(&list, WORD);
            assert_eq!(found.replace(",  ", ", ").trim(), others, "{list}");
            assert!(!names(&found, WORD));
            assert_eq!(names(&list, WORD), list.contains(WORD), "{list}");
        }
    }
}

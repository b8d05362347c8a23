//! The values of the client's settings.

use std::path::PathBuf;

use ladder::rung::Rung;

use super::path;
use crate::settings::{Base, Invalid};

/// Reads rungs in an order; nothing is no choice.
pub fn rungs(text: &str, _: &Base) -> Result<Option<Vec<Rung>>, Invalid> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut chosen = Vec::new();
    for name in text.split(',').map(str::trim) {
        let rung = Rung::parse(name).ok_or_else(|| unknown(name))?;
        if chosen.contains(&rung) {
            return Err(Invalid(format!("{rung} is named twice")));
        }
        chosen.push(rung);
    }
    Ok(Some(chosen))
}

/// Reads folders as in PATH; nothing is none.
pub fn folders(text: &str, base: &Base) -> Result<Vec<PathBuf>, Invalid> {
    text.split(':').filter(|folder| !folder.is_empty()).map(|folder| path(folder, base)).collect()
}

/// Reads a port that can be asked for again, which port 0 (any that is free) cannot.
pub fn port(text: &str, _: &Base) -> Result<u16, Invalid> {
    let port: u16 = text.parse().map_err(|_| Invalid("it is no number of a port".to_owned()))?;
    if port == 0 { Err(Invalid("port 0 is another one each time".to_owned())) } else { Ok(port) }
}

fn unknown(name: &str) -> Invalid {
    let names: Vec<&str> = Rung::ALL.iter().map(|rung| rung.name()).collect();
    Invalid(format!("there is no rung {name:?}; there are {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn base() -> Base {
        Base { folder: "/here".into(), home: Some("/home/u".into()) }
    }

    #[test]
    fn rungs_are_a_list_of_names_without_repetition() {
        assert_eq!(rungs("", &base()), Ok(None));
        assert_eq!(rungs("cache, upstream", &base()), Ok(Some(vec![Rung::Cache, Rung::Upstream])));
        assert!(rungs("cache,cache", &base()).unwrap_err().0.contains("twice"));
        assert!(rungs("proxy", &base()).unwrap_err().0.contains("upstream, cache"));
    }

    #[test]
    fn a_port_is_one_that_stays() {
        assert_eq!(port("17663", &base()), Ok(17663));
        for text in ["0", "65536", "-1", "x", ""] {
            assert!(port(text, &base()).is_err(), "{text}");
        }
    }

    #[test]
    fn folders_are_as_in_path() {
        assert_eq!(folders("/a:~/b:", &base()).unwrap(), [Path::new("/a"), Path::new("/home/u/b")]);
        assert!(folders("", &base()).unwrap().is_empty());
    }
}

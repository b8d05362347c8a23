//! `modkeep config show`: every setting, its value, and who set it. Passwords are masked.

mod repositories;

use clap::Args;
use serde_json::{Map, Value as Json, json};

use crate::commands::Session;
use crate::go::Found;
use crate::mask;
use crate::report::Failed;
use crate::settings::flags::{All, Flags};
use crate::settings::origin::{Origin, Position};
use crate::settings::place::{self, Login, Pair, Place, keys};
use crate::settings::redirect::Redirect;
use crate::settings::{AnySetting, Settings, Value, table};

/// The arguments of `modkeep config show`.
#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<All>,
}

/// Prints the settings that `serve` would have with the same flags.
pub fn run(args: &ShowArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let rows = rows(&settings)?;
    if args.json {
        return Ok(writeln!(session.out, "{:#}", as_json(&rows, &settings))?);
    }
    Ok(session.out.write_all(as_text(&rows, &settings).as_bytes())?)
}

struct Row<'a> {
    setting: &'static dyn AnySetting,
    shown: String,
    value: &'a Value,
}

fn rows(settings: &Settings) -> Result<Vec<Row<'_>>, Failed> {
    let row = |setting: &'static dyn AnySetting| {
        let value = settings.value(setting)?;
        Ok(Row { setting, shown: setting.spec().masked(&value.text), value })
    };
    table::ALL.into_iter().map(row).collect()
}

fn as_text(rows: &[Row<'_>], settings: &Settings) -> String {
    let key_width = width(rows.iter().map(|row| row.setting.spec().key));
    let value_width = width(rows.iter().map(|row| row.shown.as_str()));
    let line = |row: &Row<'_>| {
        let key = row.setting.spec().key;
        let text = as_word(&row.shown);
        format!("{key:key_width$}  {text:value_width$}  # {}\n", row.value.origin)
    };
    let places = settings.places().iter().map(place_line);
    let redirects = settings.redirects().iter().map(redirect_line);
    let tables = places.chain(redirects).chain(repositories::lines(settings));
    rows.iter().map(line).chain(tables).collect()
}

/// An empty text would look like a missing one.
fn as_word(text: &str) -> &str {
    if text.is_empty() { "\"\"" } else { text }
}

fn width<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| text.chars().count()).max().unwrap_or_default()
}

fn place_line(place: &Place) -> String {
    let mark = if place.private { "private" } else { "not private" };
    let login = place.login.as_ref().map(|login| match login {
        Login::User(user, _) => format!(", asked as {user} with a password ({})", mask::MASK),
        Login::Token(_) => format!(", asked with a token ({})", mask::MASK),
    });
    let certificate =
        place.certificate.as_ref().map(|pair| format!(", shown {}", pair.certificate.display()));
    let ca = place.ca_file.as_ref().map(|path| format!(", trusted by {}", path.display()));
    format!(
        "place {} is {mark}{}{}{}  # {}:{}\n",
        place::shown(place),
        login.unwrap_or_default(),
        certificate.unwrap_or_default(),
        ca.unwrap_or_default(),
        place.position.path.display(),
        place.position.line
    )
}

fn redirect_line(redirect: &Redirect) -> String {
    let Redirect { rule, paths, position } = redirect;
    let (what, to) = (redirect.what(), rule.to.as_str());
    format!("redirect {paths} ({what}) goes to {to}  # {}:{}\n", position.path.display(), position.line)
}

fn place_as_json(place: &Place) -> Json {
    let origin = file_origin(&place.position);
    let mut entry = json!({ "url": place::shown(place), "private": place.private, "origin": origin });
    match &place.login {
        Some(Login::User(user, _)) => {
            (entry[keys::USERNAME], entry[keys::PASSWORD]) = (json!(user), json!(mask::MASK));
        }
        Some(Login::Token(_)) => entry[keys::TOKEN] = json!(mask::MASK),
        None => {}
    }
    if let Some(Pair { certificate, key }) = &place.certificate {
        (entry[keys::CLIENT_CERT], entry[keys::CLIENT_KEY]) = (json!(certificate), json!(key));
    }
    if let Some(path) = &place.ca_file {
        entry[keys::CA_FILE] = json!(path);
    }
    entry
}

fn as_json(rows: &[Row<'_>], settings: &Settings) -> Json {
    let entry = |row: &Row<'_>| {
        let entry = json!({ "value": row.shown, "origin": origin(&row.value.origin) });
        (row.setting.spec().key.to_owned(), entry)
    };
    let redirect = |redirect: &Redirect| {
        let Redirect { rule, paths, position } = redirect;
        let origin = file_origin(position);
        let (what, seconds) = (redirect.what(), rule.max_age.as_secs());
        json!({ "paths": paths, "to": rule.to.as_str(), "what": what, "max_age_seconds": seconds, "origin": origin })
    };
    json!({
        "settings": rows.iter().map(entry).collect::<Map<_, _>>(),
        "places": settings.places().iter().map(place_as_json).collect::<Vec<_>>(),
        "redirects": settings.redirects().iter().map(redirect).collect::<Vec<_>>(),
        "repositories": settings.repositories().iter().map(repositories::repository).collect::<Vec<_>>(),
        "rewrites": settings.rewrites().iter().map(repositories::rewrite).collect::<Vec<_>>(),
        "credentials": settings.credentials().iter().map(repositories::credential).collect::<Vec<_>>(),
        "files": settings.files(),
    })
}

/// That something stands in a settings file, and where.
fn file_origin(position: &Position) -> Json {
    json!({ "kind": "file", "path": position.path, "line": position.line })
}

/// Kind, and what names it: the flag, variable, file and line, or other setting.
fn origin(origin: &Origin) -> Json {
    let kind = origin.kind();
    match origin {
        Origin::Flag(key) => json!({ "kind": kind, "name": format!("--{key}") }),
        Origin::Variable(name) => json!({ "kind": kind, "name": name }),
        Origin::File(at) => file_origin(at),
        Origin::Go(name, Found::Variable) => json!({ "kind": kind, "name": name }),
        Origin::Go(name, Found::File(path)) => json!({ "kind": kind, "name": name, "path": path }),
        Origin::SameAs(key) => json!({ "kind": kind, "name": key }),
        Origin::Default => json!({ "kind": kind }),
    }
}

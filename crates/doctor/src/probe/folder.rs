//! A place that is a folder of this machine, laid out as a proxy is.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use gomod::ModuleVersion;
use source::Ask;
use source::form;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::evidence::{Answer, Content, Observation, Outcome, Question, Trouble};
use crate::options::Options;

/// Looks into the folder. A disk that does not answer is waited for as long as a server is.
pub(super) async fn observe(root: &Path, module: Option<&ModuleVersion>, options: &Options) -> Observation {
    let (root, module) = (root.to_owned(), module.cloned());
    let (patience, max) = (options.limits.question, options.limits.zip_max);
    let looked = timeout(patience, spawn_blocking(move || look(&root, module.as_ref(), max))).await;
    let answers = match looked {
        Ok(Ok(answers)) => answers,
        Ok(Err(error)) => vec![broken(Question::Nobody, error.to_string())],
        Err(_) => {
            let waited = humantime::format_duration(patience);
            vec![broken(Question::Nobody, format!("the disk did not answer within {waited}"))]
        }
    };
    Observation { answers, ..Observation::default() }
}

fn look(root: &Path, module: Option<&ModuleVersion>, max: u64) -> Vec<Answer> {
    if let Err(error) = fs::read_dir(root) {
        return vec![broken(Question::Nobody, format!("{}: {error}", root.display()))];
    }
    let plain = Answer { question: Question::Nobody, outcome: Outcome::Content(Content::Plain) };
    let Some(module) = module else { return vec![plain] };
    [(Question::GoMod, Ask::Mod(module.clone())), (Question::Zip, Ask::Zip(module.clone()))]
        .into_iter()
        .map(|(question, ask)| Answer { question, outcome: file(&root.join(ask.address()), &ask, max) })
        .collect()
}

fn file(path: &Path, ask: &Ask, max: u64) -> Outcome {
    let content = match read(path, max) {
        Ok(Some(content)) => content,
        Ok(None) => return Outcome::Untaken(format!("it has more than {} MiB", max >> 20)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Outcome::Absent,
        Err(error) => return Outcome::Trouble(Trouble::Folder(format!("{}: {error}", path.display()))),
    };
    match (form::check(ask, &content[..], content.len() as u64), ask) {
        (Err(flaw), _) => Outcome::Wrong(flaw.to_string()),
        (Ok(Some(hash)), Ask::Zip(_)) => Outcome::Content(Content::Zip(hash)),
        (Ok(Some(hash)), _) => Outcome::Content(Content::GoMod(hash)),
        (Ok(None), _) => Outcome::Content(Content::Plain),
    }
}

fn read(path: &Path, max: u64) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    fs::File::open(path)?.take(max + 1).read_to_end(&mut content)?;
    Ok((content.len() as u64 <= max).then_some(content))
}

fn broken(question: Question, why: String) -> Answer {
    Answer { question, outcome: Outcome::Trouble(Trouble::Folder(why)) }
}

//! Sending spans to a collector. One that cannot be reached is worth a warning and changes nothing else.

use std::time::Duration;

use axum::http::{HeaderMap, header};
use ladder::trace::Trace;
use source::upstream::Credentials;
use url::Url;

use super::spans;
use crate::commands::Session;
use crate::exit::Exit;
use crate::mask;
use crate::report::{self, Failed, Problem};
use crate::settings::flags::Given;
use crate::wiring::access::Keyring;
use crate::wiring::reach::{self, Reach};

/// How long all of the sending may take: the user waits for it.
const SENDING_MAX: Duration = Duration::from_secs(10);

/// What the protocol has below the address of a collector.
const PATH: &str = "v1/traces";

/// Where spans are sent: the address as it was given, or below it where it names only a host.
pub(super) fn address(text: &str) -> Result<Url, Failed> {
    let parsed =
        Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let mut url = parsed.ok_or_else(|| {
        let problem = Problem::new(format!("{:?} is no address of a collector", mask::secrets(text)));
        Failed::new(
            Exit::Usage,
            problem.advise("write it as http://HOST:PORT, such as http://127.0.0.1:4318"),
        )
    })?;
    if url.path() == "/" {
        url.set_path(PATH);
    }
    Ok(url)
}

/// Sends the spans of a run of `go SUBCOMMAND` that ended with `exit`.
pub(super) fn send(
    trace: &Trace,
    (subcommand, exit): (&str, u8),
    url: &Url,
    given: &Given,
    session: &mut Session<'_>,
) -> Result<(), Failed> {
    let messages = spans::messages(trace, subcommand, exit, &mut || fastrand::u64(..));
    let messages = messages.iter().map(prost::Message::encode_to_vec).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let late = || Ok(Err(format!("no answer within {} seconds", SENDING_MAX.as_secs())));
    let sent: Result<_, Failed> = runtime.block_on(async {
        let sending = async { Ok(Collector::at(url, given, session).await?.posted(messages).await) };
        tokio::time::timeout(SENDING_MAX, sending).await.unwrap_or_else(|_| late())
    });
    let sent: Result<(), String> = sent?;
    let Err(reason) = sent else { return Ok(()) };
    let problem =
        Problem::new(format!("the spans were not sent to {}", mask::secrets(url.as_str()))).because(reason);
    let advice = "see whether the collector is there and takes OTLP over HTTP; go itself is not affected";
    Ok(report::write_warnings(&[problem.advise(advice)], session.err)?)
}

/// A collector, how it is reached, and who we are to it.
struct Collector<'a> {
    url: &'a Url,
    client: reqwest::Client,
    headers: HeaderMap,
}

impl<'a> Collector<'a> {
    /// As every other place.
    async fn at(url: &'a Url, given: &Given, session: &Session<'_>) -> Result<Self, Failed> {
        let settings = crate::settings::resolve::resolve(session.env, session.files, given)?.settings;
        let keyring = Keyring::of_client(session.env, session.files).await?;
        let headers = headers(url, &keyring).await?;
        let options = reach::http_options(&settings, Reach::of(&settings, session.env, &keyring)?)?;
        let built = options.builder().and_then(reqwest::ClientBuilder::build);
        let client = built.map_err(|error| Failed::new(Exit::Unavailable, Problem::from_error(&error)))?;
        Ok(Self { url, client, headers })
    }

    async fn posted(&self, messages: Vec<Vec<u8>>) -> Result<(), String> {
        for message in messages {
            let request = self.client.post(self.url.clone()).headers(self.headers.clone());
            let request = request.header("Content-Type", "application/x-protobuf").body(message);
            let response = request
                .send()
                .await
                .map_err(|error| Problem::from_error(&error.without_url()).to_string())?;
            if !response.status().is_success() {
                return Err(format!("it answers {}", response.status()));
            }
        }
        Ok(())
    }
}

/// Who we are there, where the URL does not say it. Over http others could read it.
async fn headers(url: &Url, keyring: &Keyring<'_>) -> Result<HeaderMap, Failed> {
    if url.scheme() != "https" || !url.username().is_empty() {
        return Ok(HeaderMap::new());
    }
    let known = keyring.access(None, url.as_str())?.credentials.map(Credentials::into_header);
    match (known, keyring.authorizer()) {
        (Some(known), _) => Ok(HeaderMap::from_iter([(header::AUTHORIZATION, known)])),
        (None, Some(authorizer)) => Ok(authorizer.headers(url).await),
        (None, None) => Ok(HeaderMap::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_that_of_a_host_or_of_the_very_place() {
        let at = |text| address(text).map(String::from);
        assert_eq!(at("http://127.0.0.1:4318").unwrap(), "http://127.0.0.1:4318/v1/traces");
        assert_eq!(at("https://otel.example/custom/path").unwrap(), "https://otel.example/custom/path");
        for wrong in ["otel.example:4318", "grpc://otel.example", "", "http://"] {
            assert_eq!(at(wrong).unwrap_err().exit, Exit::Usage, "{wrong}");
        }
        let secret = format!("{:?}", address("ftp://me:secret@otel.example").unwrap_err());
        assert!(!secret.contains("secret"), "{secret}");
    }
}

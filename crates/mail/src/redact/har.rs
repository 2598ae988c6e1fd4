//! Browser recordings (HAR 1.2), written anew: which pages were asked for, how they answered, how
//! long it took. No cookie, no body, no value of a query, no header that is not on the list.

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IgnoredAny, SeqAccess, Visitor},
};

use super::{Found, MARK, names, text};

/// What is shown in place of a recording that cannot be read.
pub(super) const UNREADABLE: &str = "This recording cannot be read, so nothing of it is shown.\n";
const MAX_ENTRIES: usize = 5_000;
const MAX_HEADERS: usize = 100;
const MAX_CHARS: usize = 2_000;

/// Headers whose values may stay.
const HEADERS: [&str; 15] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "age",
    "cache-control",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "date",
    "expires",
    "retry-after",
    "server",
    "user-agent",
    "vary",
];

/// Whether a text is a recording, whatever its name says.
pub(super) fn looks_like(text: &str) -> bool {
    text.trim_start().starts_with('{')
        && ["\"log\"", "\"entries\"", "\"request\""].iter().all(|key| text.contains(key))
}

/// The recording without anything that could be somebody's.
pub(super) fn redacted(text: &str) -> Option<Vec<u8>> {
    let har: Har = serde_json::from_str(text).ok()?;
    serde_json::to_vec_pretty(&har).ok()
}

#[derive(Deserialize, Serialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize, Serialize)]
struct Log {
    #[serde(default)]
    version: Plain,
    #[serde(default)]
    creator: Program,
    #[serde(default)]
    entries: Bounded<Entry, MAX_ENTRIES>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Program {
    name: Plain,
    version: Plain,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
struct Entry {
    started_date_time: Plain,
    time: Number,
    request: Request,
    response: Response,
    timings: Timings,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
struct Request {
    method: Plain,
    url: Url,
    http_version: Plain,
    headers: Bounded<Header, MAX_HEADERS>,
    body_size: Number,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
struct Response {
    status: Number,
    status_text: Plain,
    http_version: Plain,
    headers: Bounded<Header, MAX_HEADERS>,
    content: Content,
    #[serde(rename = "redirectURL")]
    redirect_url: Url,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
struct Content {
    size: Number,
    mime_type: Plain,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Timings {
    blocked: Number,
    dns: Number,
    connect: Number,
    ssl: Number,
    send: Number,
    wait: Number,
    receive: Number,
}

#[derive(Default, Serialize)]
struct Header {
    name: String,
    value: String,
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Given {
            name: Text,
            value: Text,
        }
        let Given { name, value } = Given::deserialize(deserializer)?;
        let name = name.0.to_ascii_lowercase();
        if HEADERS.contains(&name.as_str()) {
            return Ok(Self { name, value: plain(&value.0) });
        }
        // That a header was there may matter; an odd name could be a value.
        let is_name =
            name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphabetic() || b"-:".contains(&byte));
        Ok(Self { name: if is_name { name } else { MARK.into() }, value: MARK.into() })
    }
}

/// A short string, searched for secrets like any text.
#[derive(Default, Serialize)]
struct Plain(String);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self(plain(&text.0)))
    }
}

fn plain(text: &str) -> String {
    let short: String = text.chars().take(MAX_CHARS).collect();
    text::redacted(&short, &mut Found::default())
}

/// A string, or nothing if something else stands there.
#[derive(Default)]
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Any {
            Text(String),
            #[allow(dead_code, reason = "whatever it is, it is not kept")]
            Other(IgnoredAny),
        }
        Ok(match Any::deserialize(deserializer)? {
            Any::Text(text) => Self(text),
            Any::Other(_) => Self::default(),
        })
    }
}

#[derive(Default, Serialize)]
struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Any {
            Number(f64),
            #[allow(dead_code, reason = "whatever it is, it is not kept")]
            Other(IgnoredAny),
        }
        Ok(match Any::deserialize(deserializer)? {
            Any::Number(number) if number.is_finite() => Self(number),
            _ => Self::default(),
        })
    }
}

/// An address without its user, the values of its query, and path segments that look like tokens.
#[derive(Default, Serialize)]
struct Url(String);

impl<'de> Deserialize<'de> for Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self(url(&text.0)))
    }
}

fn url(given: &str) -> String {
    let given: String = given.chars().take(MAX_CHARS).collect();
    let given = given.split('#').next().unwrap_or_default();
    if given.is_empty() {
        return String::new();
    }
    let (scheme, rest) = given.split_once("://").unwrap_or(("", given));
    if !matches!(scheme, "http" | "https" | "ws" | "wss" | "") {
        return MARK.into();
    }
    let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
    let (host, path) = path.split_once('/').map_or((path, None), |(host, path)| (host, Some(path)));
    let host = host.rsplit('@').next().unwrap_or_default();
    let mut out = if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") };
    for segment in path.into_iter().flat_map(|path| path.split('/')) {
        out.push('/');
        out.push_str(if names::is_random(segment) { MARK } else { segment });
    }
    for (at, pair) in query.into_iter().flat_map(|query| query.split('&')).take(100).enumerate() {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        out.push(if at == 0 { '?' } else { '&' });
        out.push_str(if names::is_random(name) || name.len() > 60 { MARK } else { name });
        out.push_str(if value.is_empty() { "=" } else { "=[removed]" });
    }
    out
}

/// A list of which only the first `MAX` are kept.
#[derive(Serialize)]
#[serde(transparent)]
struct Bounded<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> Default for Bounded<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Bounded<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Some<T, const MAX: usize>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for Some<T, MAX> {
            type Value = Vec<T>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
                let mut kept = Vec::new();
                while kept.len() < MAX {
                    match list.next_element()? {
                        Option::Some(element) => kept.push(element),
                        None => return Ok(kept),
                    }
                }
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(kept)
            }
        }
        deserializer.deserialize_seq(Some::<T, MAX>(std::marker::PhantomData)).map(Self)
    }
}

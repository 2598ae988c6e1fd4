//! The Unix socket through which the command line speaks to a running server: only the server's own
//! user can open it.

use std::{
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{Json, Router, body::Body, extract::State, routing::post};
use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use pforte_core::{
    entry::Actor,
    kernel::{Language, StaffRole},
};
use pforte_mail::transport::{Client, Handed, Intake, TakeError, Way, hand_over};
use pforte_server::{
    Shared,
    cx::Problem,
    recovery,
    staff::{self, StaffAsk},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::{
    net::{UnixListener, UnixStream},
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;

use crate::{Failure, config::Config};

/// A new staff member, as the command line hands it over.
#[derive(Debug, Serialize, Deserialize)]
pub struct StaffBody {
    pub provider: String,
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub salutation: Option<String>,
    pub address: Option<String>,
    pub company: Option<String>,
    pub roles: Vec<StaffRole>,
    pub language: Language,
    pub password: String,
}

/// What is shown once.
#[derive(Debug, Serialize, Deserialize)]
pub struct Added {
    pub username: String,
    pub totp_secret: String,
    pub totp_url: String,
}

/// Who is locked out, as the command line hands it over.
#[derive(Debug, Serialize, Deserialize)]
pub struct RecoverBody {
    pub provider: String,
    pub username: String,
}

/// The link, which is shown once.
#[derive(Debug, Serialize, Deserialize)]
pub struct Printed {
    pub name: String,
    pub url: String,
}

/// Where the socket lies.
pub fn path(config: &Config) -> PathBuf {
    config.data.join("pforte.sock")
}

/// Listens until the server stops.
pub async fn serve<I: Intake>(
    path: PathBuf,
    app: Shared,
    intake: Arc<I>,
    stop: CancellationToken,
) -> io::Result<()> {
    let _ = fs::remove_file(&path);
    let before = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o177));
    let listener = UnixListener::bind(&path);
    rustix::process::umask(before);
    let listener = listener?;
    let max_bytes = app.settings.max_mail_bytes;
    let taking = Arc::new(Taking { intake, max_bytes, places: Semaphore::new(AT_ONCE) });
    let mail = Router::new().route("/mail", post(take::<I>)).with_state(taking);
    let router =
        Router::new().route("/staff", post(add)).route("/recover", post(recover)).with_state(app).merge(mail);
    let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await;
    let _ = fs::remove_file(&path);
    served
}

async fn add(State(app): State<Shared>, Json(body): Json<StaffBody>) -> Result<Json<Added>, Problem> {
    add_staff(&app, body).await.map(Json)
}

/// Adds a staff member.
pub async fn add_staff(app: &Shared, body: StaffBody) -> Result<Added, Problem> {
    let provider = app.provider(Some(&body.provider).filter(|p| !p.is_empty()).map(String::as_str)).await?;
    let provider = provider.ok_or_else(Problem::not_found)?;
    let ask = StaffAsk {
        username: body.username,
        first_name: body.first_name,
        last_name: body.last_name,
        email: body.email,
        salutation: body.salutation,
        address: body.address,
        company: body.company,
        roles: body.roles,
        language: body.language,
    };
    let made = (&app.sources, &app.secrets);
    let new = staff::prepare_staff(made, &app.passwords, provider.id, ask, body.password).await?;
    let saved = staff::add_staff(app, Actor::System, new.staff).await?;
    Ok(Added { username: saved.username, totp_secret: new.totp_secret, totp_url: new.totp_url })
}

async fn recover(State(app): State<Shared>, Json(body): Json<RecoverBody>) -> Result<Json<Printed>, Problem> {
    recover_staff(&app, body).await.map(Json)
}

/// Makes a link for one of the staff whom nobody else can help.
pub async fn recover_staff(app: &Shared, body: RecoverBody) -> Result<Printed, Problem> {
    let provider = Some(body.provider.as_str()).filter(|slug| !slug.is_empty());
    let printed = recovery::print_link(app, provider, &body.username).await?;
    Ok(Printed { name: printed.name, url: printed.url })
}

/// Asks a running server; `None` when none is running.
pub async fn ask<A: DeserializeOwned>(
    path: &Path,
    address: &str,
    body: &impl Serialize,
) -> Result<Option<A>, Failure> {
    let Ok(stream) = UnixStream::connect(path).await else { return Ok(None) };
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::post(address)
        .header("host", "pforte")
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(serde_json::to_vec(body)?)))?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let bytes = response.into_body().collect().await?.to_bytes();
    if status != StatusCode::OK {
        return Err(told(&serde_json::from_slice(&bytes)?).into());
    }
    Ok(Some(serde_json::from_slice(&bytes)?))
}

/// The envelope of a message, as the command line hands it over.
#[derive(Debug, Serialize, Deserialize)]
pub struct Letter {
    pub to: String,
    pub from: Option<String>,
    pub client: Option<IpAddr>,
    pub helo: String,
}

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Taken,
    Unknown,
    TooLarge,
    Later,
}

/// The header with the envelope: JSON in base 64.
const LETTER: &str = "x-letter";

/// Messages from the command line that are in memory at the same time.
const AT_ONCE: usize = 4;

struct Taking<I> {
    intake: Arc<I>,
    max_bytes: usize,
    places: Semaphore,
}

async fn take<I: Intake>(State(taking): State<Arc<Taking<I>>>, headers: HeaderMap, body: Body) -> StatusCode {
    let letter = headers.get(LETTER).and_then(|value| BASE64URL_NOPAD.decode(value.as_bytes()).ok());
    let Some(letter) = letter.and_then(|json| serde_json::from_slice::<Letter>(&json).ok()) else {
        return StatusCode::BAD_REQUEST;
    };
    if !taking.intake.accepts(&letter.to) {
        return StatusCode::NOT_FOUND;
    }
    let Ok(_place) = taking.places.acquire().await else { return StatusCode::SERVICE_UNAVAILABLE };
    let raw = match whole(body, taking.max_bytes).await {
        Ok(raw) => raw,
        Err(status) => return status,
    };
    let client = letter.client.map(|ip| Client { ip, helo: letter.helo });
    let (recipient, return_path) = (letter.to, letter.from);
    let handed = Handed { raw, way: Way::Stdin, recipient, return_path, client, cut: None };
    match hand_over(&taking.intake, handed).await {
        Ok(_) => StatusCode::OK,
        Err(TakeError::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
        Err(TakeError::Later(why)) => {
            tracing::warn!(why, "a mail from standard input was not taken");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// The whole body in one buffer.
async fn whole(mut body: Body, most: usize) -> Result<Bytes, StatusCode> {
    let expected = usize::try_from(hyper::body::Body::size_hint(&body).lower()).unwrap_or(usize::MAX);
    if expected > most {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let mut raw = Vec::new();
    raw.reserve_exact(expected);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| StatusCode::BAD_REQUEST)?.into_data() else { continue };
        if raw.len() + data.len() > most {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        raw.extend_from_slice(&data);
    }
    Ok(raw.into())
}

/// Hands a message to a running server; `None` when none is running.
pub async fn hand_in(path: &Path, letter: &Letter, raw: Bytes) -> Result<Option<Outcome>, Failure> {
    let Ok(stream) = UnixStream::connect(path).await else { return Ok(None) };
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::post("/mail")
        .header("host", "pforte")
        .header(LETTER, BASE64URL_NOPAD.encode(&serde_json::to_vec(letter)?))
        .body(Full::new(raw))?;
    let status = sender.send_request(request).await?.status();
    Ok(Some(match status {
        StatusCode::OK => Outcome::Taken,
        StatusCode::NOT_FOUND => Outcome::Unknown,
        StatusCode::PAYLOAD_TOO_LARGE => Outcome::TooLarge,
        _ => Outcome::Later,
    }))
}

/// A problem body in words for a terminal.
fn told(problem: &serde_json::Value) -> String {
    let text = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
    let fields = problem["fields"].as_object().map(|fields| {
        fields.iter().map(|(k, v)| format!("\n  {k}: {}", v.as_str().unwrap_or_default())).collect::<String>()
    });
    format!("{}. {}{}", text("title"), text("detail"), fields.unwrap_or_default())
}

/// A problem in words for a terminal.
pub fn in_words(problem: &Problem) -> String {
    serde_json::to_value(problem).map_or_else(|_| problem.title.clone(), |value| told(&value))
}

//! The Unix socket through which the command line speaks to a running server: only the server's own
//! user can open it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use axum::{Json, Router, extract::State, routing::post};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use pforte_core::{
    entry::Actor,
    kernel::{Language, StaffRole},
};
use pforte_server::{
    Shared,
    kernel::Problem,
    staff::{self, StaffAsk},
};
use serde::{Deserialize, Serialize};
use tokio::net::{UnixListener, UnixStream};
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

/// Where the socket lies.
pub fn path(config: &Config) -> PathBuf {
    config.data.join("pforte.sock")
}

/// Listens until the server stops.
pub async fn serve(path: PathBuf, app: Shared, stop: CancellationToken) -> io::Result<()> {
    let _ = fs::remove_file(&path);
    let before = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o177));
    let listener = UnixListener::bind(&path);
    rustix::process::umask(before);
    let listener = listener?;
    let router = Router::new().route("/staff", post(add)).with_state(app);
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

/// Asks a running server; `None` when none is running.
pub async fn ask(path: &Path, body: &StaffBody) -> Result<Option<Added>, Failure> {
    let Ok(stream) = UnixStream::connect(path).await else { return Ok(None) };
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::post("/staff")
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

//! What never ends by itself: the console's WebSocket and the server log.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Extension,
    body::Body,
    extract::{
        Path, State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, StreamExt};
use http::header;
use tokio::time::{MissedTickBehavior, interval};
use tokio_stream::wrappers::IntervalStream;

use crate::{Panel, data::Server, identity::Caller, page};

const LINE_EVERY: Duration = Duration::from_millis(200);
const BEAT_EVERY: Duration = Duration::from_secs(1);
const MAX_MESSAGE: usize = 4 * 1024;

/// `GET /servers/{id}/console/ws`: one text message per line of output, one command per message in.
pub(crate) async fn console(
    State(panel): State<Arc<Panel>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Some(server) = caller.account.server(&id) else { return page::missing(&caller) };
    upgrade.max_message_size(MAX_MESSAGE).on_upgrade(move |socket| shell(socket, server, panel))
}

async fn shell(mut socket: WebSocket, server: &'static Server, panel: Arc<Panel>) {
    let mut beat = interval(BEAT_EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut beats: u64 = 0;
    if say(&mut socket, format!("{} · type help", server.name)).await.is_err() {
        return;
    }
    loop {
        let out = tokio::select! {
            _ = beat.tick() => {
                beats += 1;
                format!("[heartbeat {beats}] {}", stamp(&panel))
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Text(line))) => answer(line.as_str().trim(), server, &panel, beats),
                Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
        };
        if say(&mut socket, out).await.is_err() {
            return;
        }
    }
}

async fn say(socket: &mut WebSocket, text: String) -> Result<(), axum::Error> {
    socket.send(Message::Text(Utf8Bytes::from(text))).await
}

fn answer(line: &str, server: &Server, panel: &Panel, beats: u64) -> String {
    let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
    match command {
        "" => String::new(),
        "help" => "help  uptime  df  date  echo TEXT  tail".into(),
        "uptime" => format!("up 41 days, {} cpus, console open for {beats} s", server.cpu),
        "df" => format!("/dev/vda1  {} GB  37 % used  /", server.disk),
        "date" => stamp(panel),
        "echo" => rest.into(),
        "tail" => (0..5).map(|n| log_line(server, panel, n)).collect::<Vec<_>>().join("\n"),
        other => format!("{other}: command not found"),
    }
}

/// `GET /servers/{id}/log`: plain text, a line every 200 ms, without end.
pub(crate) async fn log(
    State(panel): State<Arc<Panel>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Response {
    let Some(server) = caller.account.server(&id) else { return page::missing(&caller) };
    let lines = lines(server, panel).map(|line| Ok::<_, Infallible>(line + "\n"));
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], Body::from_stream(lines)).into_response()
}

/// The same as server-sent events, for the page.
pub(crate) async fn log_events(
    State(panel): State<Arc<Panel>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Response {
    let Some(server) = caller.account.server(&id) else { return page::missing(&caller) };
    let events = lines(server, panel).map(|line| Ok::<_, Infallible>(Event::default().data(line)));
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

fn lines(server: &'static Server, panel: Arc<Panel>) -> impl Stream<Item = String> + Send + 'static {
    let mut every = interval(LINE_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    IntervalStream::new(every).enumerate().map(move |(n, _)| log_line(server, &panel, n))
}

fn log_line(server: &Server, panel: &Panel, n: usize) -> String {
    const WHAT: [&str; 6] = [
        "web: GET /catalogue 200 11 ms",
        "web: GET /catalogue/bowls 200 14 ms",
        "web: POST /basket 303 9 ms",
        "db: checkpoint complete, 42 pages",
        "cron: cleanup finished, 0 files",
        "web: GET /missing 404 2 ms",
    ];
    format!("{} {} {}", stamp(panel), server.id, WHAT[(n * 5 + n / 7) % WHAT.len()])
}

fn stamp(panel: &Panel) -> String {
    format!("{:.3}", panel.now())
}
